import type { PodsDependOn, StackPods } from "../../../../migration/plan/stack-pods.ts";

function asking(name: string, cpu: string, memory: string) {
  const labels = { "app.kubernetes.io/name": name };
  return {
    metadata: { labels },
    spec: {
      serviceAccountName: name,
      containers: [{ name, image: `${name}:1`, resources: { requests: { cpu, memory } } }],
    },
  };
}

/** As the program's, with little in them. */
const pods: StackPods = {
  operator: asking("etcd-operator", "50m", "64Mi"),
  members: {
    repository: "quay.io/coreos/etcd",
    version: "3.4.22",
    pod: { resources: { requests: { cpu: "100m", memory: "128Mi" } } },
    TLS: {
      static: {
        member: { peerSecret: "etcd-peer-tls", serverSecret: "etcd-server-tls" },
        operatorSecret: "etcd-client-tls",
      },
    },
  },
  trident: asking("trident-external-etcd", "50m", "64Mi"),
};

/** With what is carried from the old Trident beside what Trident's own has. */
export function stackPods({ carried }: Pick<PodsDependOn, "carried">): Promise<StackPods> {
  const shown = structuredClone(pods);
  const spec = shown.trident?.spec;
  if (spec !== undefined && carried.nodeSelector !== undefined) spec.nodeSelector = { ...carried.nodeSelector };
  return Promise.resolve(shown);
}
