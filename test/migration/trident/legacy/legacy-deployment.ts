import type { V1Deployment } from "@kubernetes/client-node";
import { classifyDeployment, type LegacyTrident } from "../../../../migration/trident/legacy/legacy-trident.ts";

/** The Deployment of Trident 19.04 with its embedded etcd, as the installer makes it, with some fields that matter here. */
export function legacyDeployment(): V1Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "trident", namespace: "trident", uid: "uid-1", generation: 3, resourceVersion: "10" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "trident.netapp.io" } },
      template: {
        metadata: { labels: { app: "trident.netapp.io" } },
        spec: {
          serviceAccountName: "trident",
          imagePullSecrets: [{ name: "registry" }],
          nodeSelector: { disk: "fast" },
          tolerations: [{ key: "storage", operator: "Exists" }],
          securityContext: { fsGroup: 1000 },
          containers: [
            {
              name: "trident-main",
              image: "netapp/trident:19.04.0",
              args: ["-etcd_v3", "http://127.0.0.1:8001", "-k8s_pod"],
              volumeMounts: [{ name: "secrets", mountPath: "/secrets" }],
            },
            {
              name: "etcd",
              image: "quay.io/coreos/etcd:v3.3.12",
              imagePullPolicy: "IfNotPresent",
              command: ["/usr/local/bin/etcd"],
              args: ["-name", "etcd1", "-listen-client-urls", "http://127.0.0.1:8001", "-data-dir", "/var/etcd/data"],
              env: [{ name: "GODEBUG", value: "x" }],
              livenessProbe: { exec: { command: ["etcdctl", "cluster-health"] } },
              volumeMounts: [{ name: "etcd-vol", mountPath: "/var/etcd/data" }],
            },
          ],
          volumes: [
            { name: "etcd-vol", persistentVolumeClaim: { claimName: "trident" } },
            { name: "secrets", secret: { secretName: "trident" } },
          ],
        },
      },
    },
  };
}

export function legacyTrident(change: Partial<LegacyTrident> = {}): LegacyTrident {
  const finding = classifyDeployment(legacyDeployment(), "etcd");
  if (finding.kind !== "legacy") throw new Error(`the fixture is ${finding.kind}`);
  return { ...finding.legacy, ...change };
}
