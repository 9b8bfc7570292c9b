import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1EnvVar, V1Pod, V1Volume } from "@kubernetes/client-node";
import { memberPod } from "../../../migration/members/member-pod.ts";
import { outdatedBy, type WantedMember } from "../../../migration/members/outdated-member.ts";

const compacting = { name: "ETCD_AUTO_COMPACTION_RETENTION", value: "12" };

function podWith(env: V1EnvVar[], data: Partial<V1Volume> = { emptyDir: {} }): V1Pod {
  return { spec: { containers: [{ name: "etcd", env }], volumes: [{ name: "etcd-data", ...data }] } };
}

describe("a member that runs", () => {
  const onClaim = { persistentVolumeClaim: { claimName: "a" } };
  for (const [what, pod, wanted, reasons] of [
    ["is as it would be made", podWith([compacting]), { etcdEnv: [compacting] }, []],
    ["lacks a variable", podWith([]), { etcdEnv: [compacting] }, [compacting.name]],
    ["has another value", podWith([{ ...compacting, value: "1" }]), { etcdEnv: [compacting] }, [compacting.name]],
    ["has one too many", podWith([compacting]), {}, [compacting.name]],
    ["has a webhook's", podWith([{ name: "HTTP_PROXY", value: "x" }]), {}, []],
    [
      "takes another from elsewhere",
      podWith([{ name: "A", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }]),
      { etcdEnv: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } }] },
      ["A"],
    ],
    ["has its data in its pod", podWith([]), { persistentVolumeClaimSpec: {} }, ["its data in its pod"]],
    ["has its data on a claim", podWith([], onClaim), {}, ["its data on a claim"]],
    ["is to have its data on a claim, and has", podWith([], onClaim), { persistentVolumeClaimSpec: {} }, []],
  ] as readonly (readonly [string, V1Pod, WantedMember, string[]])[]) {
    it(`${what}: ${reasons.length === 0 ? "it stays" : `it is outdated by ${reasons.join()}`}`, () => {
      assert.deepEqual(outdatedBy(pod, wanted), reasons);
    });
  }

  it("is never outdated when it was just made", () => {
    const tls = { static: { member: { peerSecret: "p", serverSecret: "s" }, operatorSecret: "c" } };
    for (const persistentVolumeClaimSpec of [undefined, { accessModes: ["ReadWriteOnce"] }]) {
      const pod = {
        etcdEnv: [compacting],
        ...(persistentVolumeClaimSpec === undefined ? {} : { persistentVolumeClaimSpec }),
      };
      assert.deepEqual(
        outdatedBy(memberPod("n", "c", { repository: "etcd", version: "3.4.22", pod, TLS: tls }), pod),
        [],
      );
    }
  });
});
