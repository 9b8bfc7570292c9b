import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import { chooseMember } from "../../../migration/connect/open-etcd-cluster.ts";

describe("the member by which an etcd cluster is reached", () => {
  it("is one that is ready, whoever else runs", () => {
    assert.equal(chooseMember([member("a", { isReady: false }), member("b", { isReady: true })])?.metadata?.name, "b");
  });

  it("is one that runs when none is ready: a probe says less of it than it says itself", () => {
    assert.equal(chooseMember([member("a", { isReady: false })])?.metadata?.name, "a");
  });

  it("is none that is on its way out, or has not started", () => {
    const leaving = Object.assign(member("a", { isReady: true }), {
      metadata: { name: "a", deletionTimestamp: new Date() },
    });
    assert.equal(chooseMember([leaving, { metadata: { name: "b" }, status: { phase: "Pending" } }]), undefined);
  });
});

function member(name: string, { isReady }: { isReady: boolean }): V1Pod {
  return {
    metadata: { name },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
      containerStatuses: [
        { name: "etcd", state: { running: {} }, ready: isReady, image: "", imageID: "", restartCount: 0 },
      ],
    },
  };
}
