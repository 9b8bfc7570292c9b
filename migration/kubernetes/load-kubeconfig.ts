import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { describeFailure } from "./describe-failure.ts";
import { ClusterUnreachableError } from "./errors.ts";

/** Which cluster to talk to, said as Pulumi's own `kubernetes:` settings say it. */
export interface ClusterAccess {
  /** A kubeconfig's path or its contents; without it KUBECONFIG, `~/.kube/config`, or the pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** A context of it; without it the current one. */
  readonly context?: string | undefined;
}

/** Raises ClusterUnreachableError for a kubeconfig that is missing, unreadable, or lacks the context. */
export function loadKubeconfig(access: ClusterAccess): KubeConfig {
  const configuration = new KubeConfig();
  try {
    loadInto(configuration, access.kubeconfig);
  } catch (error) {
    throw new ClusterUnreachableError(`of ${describeOrigin(access)}`, describeFailure(error), { cause: error });
  }
  chooseContext(configuration, access);
  return configuration;
}

function loadInto(configuration: KubeConfig, kubeconfig: string | undefined): void {
  if (kubeconfig === undefined || kubeconfig === "") {
    refuseNothingConfigured();
    configuration.loadFromDefault();
  } else if (isContents(kubeconfig)) {
    configuration.loadFromString(kubeconfig);
  } else {
    configuration.loadFromFile(kubeconfig);
  }
}

// client-node falls back to http://localhost:8080, which nobody means.
function refuseNothingConfigured(): void {
  const configured =
    (process.env.KUBECONFIG ?? "") !== "" ||
    existsSync(join(homedir(), ".kube", "config")) ||
    existsSync("/var/run/secrets/kubernetes.io/serviceaccount/token");
  if (!configured) throw new Error("there is neither a KUBECONFIG nor a ~/.kube/config");
}

export function isContents(kubeconfig: string): boolean {
  return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}

function chooseContext(configuration: KubeConfig, access: ClusterAccess): void {
  if (access.context !== undefined && access.context !== "") configuration.setCurrentContext(access.context);
  // client-node's type says string, but a kubeconfig may have none.
  const context = configuration.getCurrentContext() as string | undefined;
  if (context === undefined || configuration.getCurrentCluster() === null) {
    const known = configuration.getContexts().map((each) => each.name);
    const wanted = context === undefined ? "no current context is set" : `it has no usable context "${context}"`;
    throw new ClusterUnreachableError(
      `of ${describeOrigin(access)}`,
      `${wanted}; its contexts: ${known.length === 0 ? "none" : known.join(", ")}`,
    );
  }
}

function describeOrigin(access: ClusterAccess): string {
  if (access.kubeconfig === undefined || access.kubeconfig === "") {
    const variable = process.env.KUBECONFIG ?? "";
    return variable === "" ? "the default kubeconfig" : `KUBECONFIG=${variable}`;
  }
  return isContents(access.kubeconfig) ? "the setting kubernetes:kubeconfig" : `kubeconfig ${access.kubeconfig}`;
}
