import type { V1EnvVar, V1Pod } from "@kubernetes/client-node";
import { memberVariables } from "./member-settings.ts";

/** Of what an EtcdCluster gives its members, what a member that runs is compared with. */
export interface WantedMember {
  readonly etcdEnv?: readonly V1EnvVar[];
  /** Whether its data is on a claim of its own; what the claim is like is none of a pod's matter. */
  readonly persistentVolumeClaimSpec?: object;
}

/**
 * In what a member's pod differs from what its EtcdCluster says by now, in words; empty where it does not. The etcd-operator (0.9.4)
 * gives that to the pods that it makes and changes none that runs. Pure.
 */
export function outdatedBy(pod: V1Pod, wanted: WantedMember): string[] {
  return [...outdatedVariables(pod, wanted), ...outdatedStorage(pod, wanted)];
}

function outdatedVariables(pod: V1Pod, { etcdEnv = [] }: WantedMember): string[] {
  const had = new Map(memberVariables(pod).map((variable) => [variable.name, contentOf(variable)]));
  const wanted = new Map(etcdEnv.map((variable) => [variable.name, contentOf(variable)]));
  const changed = [...wanted].filter(([name, content]) => had.get(name) !== content).map(([name]) => name);
  // What an admission webhook has put there is none of the EtcdCluster's; etcd reads its own names alone.
  const removed = [...had.keys()].filter((name) => name.startsWith("ETCD_") && !wanted.has(name));
  return [...changed, ...removed].sort();
}

function contentOf({ value, valueFrom }: V1EnvVar): string {
  return valueFrom === undefined ? `=${value ?? ""}` : JSON.stringify(valueFrom);
}

function outdatedStorage(pod: V1Pod, { persistentVolumeClaimSpec }: WantedMember): string[] {
  const data = pod.spec?.volumes?.find(({ name }) => name === "etcd-data");
  if (data === undefined) return [];
  const isOnClaim = data.persistentVolumeClaim !== undefined;
  if (isOnClaim === (persistentVolumeClaimSpec !== undefined)) return [];
  return [isOnClaim ? "its data on a claim" : "its data in its pod"];
}
