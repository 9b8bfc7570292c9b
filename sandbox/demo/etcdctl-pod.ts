import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { runInPod } from "../pod-exec.ts";

const name = "etcdctl";
const certificates = "/root/certs";

/** A pod to run etcdctl in, with the client certificates mounted: the vendor's guide tests the cluster with one. */
export async function createEtcdctlPod(kubeconfig: KubeConfig, namespace: string): Promise<void> {
  const core = kubeconfig.makeApiClient(CoreV1Api);
  await core.createNamespacedPod({ namespace, body: etcdctlPod() });
  while ((await core.readNamespacedPod({ name, namespace })).status?.phase !== "Running") {
    await sleep(250);
  }
}

/** Runs etcdctl in the pod against the client service and answers what it printed. */
export async function runEtcdctl(kubeconfig: KubeConfig, namespace: string, words: readonly string[]): Promise<string> {
  const command = [
    "etcdctl",
    "--endpoints=https://trident-etcd-client:2379",
    `--cacert=${certificates}/etcd-client-ca.crt`,
    `--cert=${certificates}/etcd-client.crt`,
    `--key=${certificates}/etcd-client.key`,
    ...words,
  ];
  const outcome = await runInPod(kubeconfig, { namespace, pod: name, container: name, command });
  if (outcome.exitCode !== 0) {
    throw new Error(`etcdctl ${words.join(" ")} failed: ${outcome.stderr}`);
  }
  return outcome.stdout;
}

export async function removeEtcdctlPod(kubeconfig: KubeConfig, namespace: string): Promise<void> {
  await kubeconfig.makeApiClient(CoreV1Api).deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
}

function etcdctlPod(): V1Pod {
  return {
    metadata: { name },
    spec: {
      restartPolicy: "Never",
      containers: [
        {
          name,
          image: "quay.io/coreos/etcd:v3.4.22",
          command: ["/bin/sh", "-c", "sleep 3600"],
          env: [{ name: "ETCDCTL_API", value: "3" }],
          volumeMounts: [{ name: "certificates", mountPath: certificates, readOnly: true }],
        },
      ],
      volumes: [{ name: "certificates", secret: { secretName: "etcd-client-tls" } }],
    },
  };
}
