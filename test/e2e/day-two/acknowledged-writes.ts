import { memberEtcdctlOf, parseKeys } from "../etcd-keys.ts";
import type { SandboxCluster } from "../sandbox-cluster.ts";
import { keyOf } from "./client-process.ts";

/** The numbers of acknowledged writes that an etcd does not have, or not as they were written: asked by etcdctl, in a member. */
export async function lostWrites(
  { kubeconfig }: SandboxCluster,
  member: { readonly namespace: string; readonly pod: string },
  prefix: string,
  acknowledged: readonly number[],
): Promise<number[]> {
  const json = await memberEtcdctlOf(kubeconfig, member.namespace, member.pod, [
    ...["get", prefix, "--prefix", "--consistency=l", "-w", "json"],
  ]);
  const found = parseKeys(json);
  const valueOf = (number: number): string =>
    Buffer.from(found.get(keyOf(prefix, number))?.value ?? "", "base64").toString("utf8");
  return acknowledged.filter((number) => valueOf(number) !== String(number));
}
