import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stoppedReplicasAnnotation } from "../../../../migration/trident/legacy/legacy-trident.ts";
import { classifyMoved } from "../../../../migration/trident/moving/moved-trident.ts";
import { destination, source, tridentOn } from "./moved-scene.ts";

const way = { source, destination };
const marked = { [stoppedReplicasAnnotation]: "1" };

describe("a Trident that is to be moved", () => {
  it("is the old one while it is on the etcd that it is moved from", () => {
    const found = classifyMoved(tridentOn("https://old:2379"), way, undefined);
    assert.ok(found.kind === "legacy");
    const { name, uid, replicas, stoppedByMigration, externalEtcd } = found.legacy;
    assert.deepEqual([name, uid, replicas, stoppedByMigration], ["trident", "uid-1", 1, false]);
    assert.deepEqual(externalEtcd, { address: source, called: "the etcd at https://old:2379" });
  });

  it("is known to be stopped by a move by its mark, and only at 0 replicas", () => {
    const stopped = classifyMoved(tridentOn("https://old:2379", { replicas: 0, annotations: marked }), way, undefined);
    assert.ok(stopped.kind === "legacy" && stopped.legacy.stoppedByMigration);
    const byHand = classifyMoved(tridentOn("https://old:2379", { replicas: 0 }), way, undefined);
    assert.ok(byHand.kind === "legacy" && !byHand.legacy.stoppedByMigration);
    const scaledUp = classifyMoved(tridentOn("https://old:2379", { annotations: marked }), way, undefined);
    assert.ok(scaledUp.kind === "legacy" && !scaledUp.legacy.stoppedByMigration);
  });

  it("is still the stopped old one, as the record has it, where a run had started it on the other etcd and did not end", () => {
    const record = { legacyDeployment: JSON.stringify(tridentOn("https://old:2379", { replicas: 2 })) };
    const found = classifyMoved(tridentOn("https://new:2379", { annotations: marked }), way, record);
    assert.ok(found.kind === "legacy");
    assert.deepEqual([found.legacy.stoppedByMigration, found.legacy.replicas, found.legacy.uid], [true, 0, "uid-1"]);
  });

  it("has arrived once the marks are gone, or where nothing tells how it was before", () => {
    assert.equal(classifyMoved(tridentOn("https://new:2379"), way, undefined).kind, "ours");
    const unknown = classifyMoved(tridentOn("https://new:2379", { annotations: marked }), way, {
      legacyDeployment: "{",
    });
    assert.equal(unknown.kind, "ours");
  });

  it("is neither on a third etcd nor somebody else's Deployment", () => {
    const third = classifyMoved(tridentOn("https://third:2379"), way, undefined);
    assert.ok(third.kind === "foreign");
    assert.match(third.why, /https:\/\/third:2379, which is neither the etcd at https:\/\/old:2379 nor/);
    const theirs = tridentOn("https://old:2379");
    const metadata = { ...theirs.metadata, labels: { app: "trident.netapp.io" } };
    assert.equal(classifyMoved({ ...theirs, metadata }, way, undefined).kind, "foreign");
  });
});
