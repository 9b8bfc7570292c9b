import assert from "node:assert/strict";
import type { KubeConfig } from "@kubernetes/client-node";
import { runInPod, type PodCommand } from "../../sandbox/pod-exec.ts";

/** What etcdctl, not the project's own code, says of one key: value in base64, and how often it was written. */
export interface ListedKey {
  readonly value: string;
  readonly version: number;
  readonly modRevision: number;
}

const memberCertificates = "/etc/etcdtls/operator/etcd-tls";
const memberEtcdctl = [
  "etcdctl",
  "--endpoints=https://localhost:2379",
  `--cacert=${memberCertificates}/etcd-client-ca.crt`,
  `--cert=${memberCertificates}/etcd-client.crt`,
  `--key=${memberCertificates}/etcd-client.key`,
];

/** Runs etcdctl in the etcd container of the legacy Trident. */
export function legacyEtcdctl(
  kubeconfig: KubeConfig,
  namespace: string,
  pod: string,
  words: readonly string[],
): Promise<string> {
  const command = ["etcdctl", "--endpoints=http://127.0.0.1:8001", ...words];
  return etcdctl(kubeconfig, { namespace, pod, container: "etcd", command });
}

/** Runs etcdctl in a member of the TLS-secured cluster, with the certificates the operator's own probes use. */
export function memberEtcdctlOf(
  kubeconfig: KubeConfig,
  namespace: string,
  pod: string,
  words: readonly string[],
): Promise<string> {
  return etcdctl(kubeconfig, { namespace, pod, container: "etcd", command: [...memberEtcdctl, ...words] });
}

/** Every key of `etcdctl get PREFIX --prefix -w json`, by its name. */
export function parseKeys(json: string): Map<string, ListedKey> {
  const answer = JSON.parse(json) as {
    kvs?: { key: string; value: string; version: number; mod_revision: number }[];
  };
  return new Map(
    (answer.kvs ?? []).map((entry) => [
      Buffer.from(entry.key, "base64").toString("utf8"),
      { value: entry.value, version: entry.version, modRevision: entry.mod_revision },
    ]),
  );
}

/** The names and values alone: revisions differ between two clusters that hold the same state. */
export function valuesOf(keys: ReadonlyMap<string, ListedKey>): Map<string, string> {
  return new Map([...keys].map(([name, entry]) => [name, entry.value]));
}

async function etcdctl(kubeconfig: KubeConfig, request: PodCommand): Promise<string> {
  const outcome = await runInPod(kubeconfig, {
    ...request,
    command: ["/bin/sh", "-c", 'ETCDCTL_API=3 exec "$@"', "sh", ...request.command],
  });
  assert.equal(outcome.exitCode, 0, `etcdctl failed: ${outcome.stderr}`);
  return outcome.stdout;
}
