import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { findProgram } from "../machine/machine-packages.ts";
import { startProcess, waitUntilReady } from "../machine/processes.ts";
import { clusterDomain, network, sandboxState } from "../sandbox-paths.ts";
import { toolchainBinary } from "../toolchain/toolchain.ts";
import { askApi } from "./api.ts";
import { certificateFile, clientKubeconfig, keyFile, serviceAccountPublicKey } from "./certificates.ts";
import type { KubernetesRelease } from "./kubernetes-version.ts";

const etcdUrl = "http://127.0.0.1:2379";

/** Every request to the API server, one JSON document a line, without bodies. */
export const auditLogPath = join(sandboxState, "audit", "audit.log");

/** Starts Kubernetes' own etcd, on the loopback of the node's namespace, and the API server; waits until it answers. */
export async function startApiServer(namespaces: readonly string[], release: KubernetesRelease): Promise<void> {
  await startProcess({
    name: "kubernetes-etcd",
    program: findProgram("etcd") ?? "etcd",
    arguments: [
      "--name=kubernetes",
      `--data-dir=${join(sandboxState, "kubernetes-etcd")}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
      "--initial-advertise-peer-urls=http://127.0.0.1:2380",
      "--initial-cluster=kubernetes=http://127.0.0.1:2380",
    ],
    namespaces,
  });
  await startProcess({
    name: "kube-apiserver",
    program: toolchainBinary(release.kube),
    arguments: ["apiserver", ...apiServerFlags()],
    namespaces,
  });
  await waitUntilReady("kube-apiserver", async () => {
    await askApi("GET", release.health);
  });
}

export async function startControllers(namespaces: readonly string[], release: KubernetesRelease): Promise<void> {
  await startProcess({
    name: "kube-controller-manager",
    program: toolchainBinary(release.kube),
    arguments: [
      "controller-manager",
      `--kubeconfig=${clientKubeconfig("controller-manager")}`,
      `--service-account-private-key-file=${keyFile("service-accounts")}`,
      `--root-ca-file=${certificateFile("ca")}`,
      `--cluster-signing-cert-file=${certificateFile("ca")}`,
      `--cluster-signing-key-file=${keyFile("ca")}`,
      `--cert-dir=${join(sandboxState, "certificates", "controller-manager-self")}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
    ],
    namespaces,
  });
  await startProcess({
    name: "kube-scheduler",
    program: toolchainBinary(release.kube),
    arguments: [
      "scheduler",
      `--kubeconfig=${clientKubeconfig("scheduler")}`,
      `--cert-dir=${join(sandboxState, "certificates", "scheduler-self")}`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
    ],
    namespaces,
  });
}

function apiServerFlags(): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--advertise-address=${network.nodeAddress}`,
    "--secure-port=6443",
    `--service-cluster-ip-range=${network.services}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    `--client-ca-file=${certificateFile("ca")}`,
    `--tls-cert-file=${certificateFile("apiserver")}`,
    `--tls-private-key-file=${keyFile("apiserver")}`,
    `--cert-dir=${join(sandboxState, "certificates", "apiserver-self")}`,
    `--kubelet-certificate-authority=${certificateFile("ca")}`,
    `--kubelet-client-certificate=${certificateFile("apiserver-to-kubelet")}`,
    `--kubelet-client-key=${keyFile("apiserver-to-kubelet")}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--service-account-issuer=https://kubernetes.default.svc.${clusterDomain}`,
    `--service-account-key-file=${serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${keyFile("service-accounts")}`,
    ...auditFlags(),
  ];
}

function auditFlags(): string[] {
  const directory = join(sandboxState, "audit");
  mkdirSync(directory, { recursive: true });
  const policy = join(directory, "policy.json");
  const rules = [
    // A watch when it begins, too: its next stage comes past the audit in 1.16, whose log tells of it when it has ended.
    { level: "Metadata", verbs: ["watch"] },
    { level: "Metadata", omitStages: ["RequestReceived"] },
  ];
  writeFileSync(policy, JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "Policy", rules }, null, 2));
  return [
    `--audit-policy-file=${policy}`,
    `--audit-log-path=${auditLogPath}`,
    "--audit-log-maxsize=100",
    "--audit-log-maxbackup=5",
  ];
}
