import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";

import { EtcdCluster } from "../../components/etcd/etcd-cluster.ts";
import { EtcdOperator } from "../../components/etcd/etcd-operator.ts";
import { EtcdTls } from "../../components/etcd/etcd-tls.ts";
import { defaultSettings } from "../../program/settings/settings.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-environment.ts";

/**
 * The etcd cluster alone, made of the same components with the same settings as in the whole program: the vendor's
 * procedure begins with an etcd that is there. The stack's state is thrown away; the cluster goes with the sandbox.
 */
export async function createEtcdOnly(namespace: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "trident-etcd-only-"));
  const environment = {
    ...(await pulumiEnvironment()),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "for this run only",
  };
  // The Automation API looks for the pulumi command on this process's own PATH.
  Object.assign(process.env, environment);
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "etcd-only", projectName: "etcd-only", program: etcdOnly(namespace) },
      { envVars: environment },
    );
    await stack.up({ color: "never" });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function etcdOnly(namespace: string): () => Promise<void> {
  return () => {
    const cluster = new kubernetes.Provider("cluster", { kubeconfig: kubeconfigPath });
    const onCluster = { providers: { kubernetes: cluster } };
    const clusterName = "trident-etcd";
    const tls = new EtcdTls(
      "etcd-tls",
      {
        namespace,
        clusterName,
        commonNames: { authority: "Trident etcd", server: "Trident etcd server", client: "Trident etcd client" },
      },
      onCluster,
    );
    const operator = new EtcdOperator(
      "etcd-operator",
      { namespace, clientSecretNames: [tls.clientSecretName], image: defaultSettings.operatorImage },
      onCluster,
    );
    new EtcdCluster(
      clusterName,
      {
        namespace,
        clusterName,
        size: defaultSettings.etcdClusterSize,
        repository: defaultSettings.etcdRepository,
        version: defaultSettings.etcdVersion,
        busyboxImage: defaultSettings.busyboxImage,
        tls,
      },
      { ...onCluster, dependsOn: [operator] },
    );
    return Promise.resolve();
  };
}
