import type { V1EnvVar, V1Pod } from "@kubernetes/client-node";

/** What a member's pod was made with; the etcd-operator gives it to a pod only when it makes it. */
export function memberVariables(pod: V1Pod | undefined): readonly V1EnvVar[] {
  const containers = pod?.spec?.containers ?? [];
  return (containers.find(({ name }) => name === "etcd") ?? containers[0])?.env ?? [];
}

/** As etcd has it that is not told another one (server/storage/quota.go). */
const usualQuotaBytes = 2 * 1024 ** 3;

/** How large a member's database may become, in bytes; Infinity where its quota is switched off. */
export function quotaOf(pod: V1Pod | undefined): number {
  const text = memberVariables(pod).find(({ name }) => name === "ETCD_QUOTA_BACKEND_BYTES")?.value ?? "";
  const given = /^-?\d+$/.test(text) ? Number(text) : 0;
  return given < 0 ? Infinity : given === 0 ? usualQuotaBytes : given;
}

/** What `ETCD_AUTO_COMPACTION_RETENTION` says, such as `12`, which are hours; undefined for a member that forgets nothing. */
export function compactionOf(pod: V1Pod | undefined): string | undefined {
  const text = memberVariables(pod).find(({ name }) => name === "ETCD_AUTO_COMPACTION_RETENTION")?.value;
  return text === undefined || /^0[a-z]*$/.test(text) || text === "" ? undefined : text;
}
