import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Deployment } from "@kubernetes/client-node";
import { hasServed, newTridentManifest, verifiedRevisionOf } from "../../../../migration/trident/new/new-trident.ts";
import { newTridentSpec } from "./new-trident-fixture.ts";

describe("a new Trident that a run which was killed left behind", () => {
  it("has served once all of its pods were available, whatever they are now", () => {
    assert.ok(hasServed(deployment("NewReplicaSetAvailable")));
  });

  it("has not served while it comes up, or never came up", () => {
    for (const reason of ["NewReplicaSetCreated", "ReplicaSetUpdated", "ProgressDeadlineExceeded"]) {
      assert.ok(!hasServed(deployment(reason)), reason);
    }
    assert.ok(!hasServed(newTridentManifest("storage", newTridentSpec(), 3n)));
  });

  it("is to be taken back once somebody has scaled it to 0", () => {
    assert.ok(!hasServed(deployment("NewReplicaSetAvailable", 0)));
  });

  it("tells the revision that it was started on, if it was given one", () => {
    assert.equal(verifiedRevisionOf(newTridentManifest("storage", newTridentSpec(), 3n)), 3n);
    assert.equal(verifiedRevisionOf(newTridentManifest("storage", newTridentSpec())), undefined);
  });
});

function deployment(reason: string, replicas = 1): V1Deployment {
  const spec = Object.assign(newTridentSpec(), { replicas });
  const status = { conditions: [{ type: "Progressing", status: "True", reason }] };
  return Object.assign(newTridentManifest("storage", spec, 3n), { status });
}
