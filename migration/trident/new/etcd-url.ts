import type { V1PodSpec } from "@kubernetes/client-node";

/** The URL of the etcd that a pod of this program's Trident is told; undefined when it is told none. */
export function etcdUrlOf(pod: V1PodSpec | undefined): string | undefined {
  const words = pod?.containers.flatMap(({ args = [] }) => args) ?? [];
  const flag = words.findIndex((word) => word === "-etcd_v3");
  return flag < 0 ? undefined : words[flag + 1];
}
