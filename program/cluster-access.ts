import * as pulumi from "@pulumi/pulumi";
import { connectToCluster } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { detectPlatform, type Platform } from "@trident-etcd/migration/kubernetes/detect-platform.ts";
import { isContents } from "@trident-etcd/migration/kubernetes/load-kubeconfig.ts";

/** The cluster that the stack is about, chosen by the standard settings `kubernetes:kubeconfig` and `kubernetes:context`. */
export interface AccessToCluster {
  /** For this process, which must read it. */
  readonly plain: KubeconfigChoice;
  /** For resources, whose inputs are kept in the stack's state: the contents of a kubeconfig are secret there. */
  readonly inputs: { readonly kubeconfig?: pulumi.Input<string>; readonly context?: string };
}

interface KubeconfigChoice {
  /** A path, or the contents. Without it KUBECONFIG or ~/.kube/config is used, as kubectl does. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function clusterAccess(): AccessToCluster {
  // Not by pulumi.Config, which complains about reading a secret setting as plain text.
  const settings = pulumi.runtime.allConfig();
  const kubeconfig = settings["kubernetes:kubeconfig"];
  const context = settings["kubernetes:context"];
  const contextChoice = context === undefined ? {} : { context };
  if (kubeconfig === undefined) {
    return { plain: contextChoice, inputs: contextChoice };
  }
  return {
    plain: { kubeconfig, ...contextChoice },
    inputs: { kubeconfig: isContents(kubeconfig) ? pulumi.secret(kubeconfig) : kubeconfig, ...contextChoice },
  };
}

/** What the setting says, or, left at `auto`, what the cluster turns out to be. */
export async function choosePlatform(setting: "auto" | Platform, access: KubeconfigChoice): Promise<Platform> {
  return setting === "auto" ? detectPlatform(connectToCluster(access)) : setting;
}
