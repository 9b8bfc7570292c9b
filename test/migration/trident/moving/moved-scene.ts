import type { V1Deployment } from "@kubernetes/client-node";

export const source = {
  kind: "existing",
  namespace: "trident",
  endpoints: ["https://old:2379"],
  clientSecret: "a",
} as const;
export const destination = {
  kind: "existing",
  namespace: "trident",
  endpoints: ["https://new:2379"],
  clientSecret: "b",
} as const;

/** This program's Trident on that etcd. */
export function tridentOn(
  url: string,
  change: { readonly replicas?: number; readonly annotations?: Record<string, string> } = {},
) {
  const { replicas = 1, annotations = {} } = change;
  const labels = { app: "trident.netapp.io", "app.kubernetes.io/managed-by": "trident-etcd" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "trident", namespace: "trident", uid: "uid-1", generation: 1, labels, annotations },
    spec: {
      replicas,
      selector: { matchLabels: { app: "trident.netapp.io" } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "trident-main",
              image: "netapp/trident:19.04.0",
              args: ["-etcd_v3", url, "-k8s_pod"],
              volumeMounts: [{ name: "etcd-client-tls", mountPath: "/root/certs" }],
            },
          ],
          volumes: [{ name: "etcd-client-tls", secret: { secretName: "etcd-client-tls" } }],
        },
      },
    },
  } satisfies V1Deployment;
}
