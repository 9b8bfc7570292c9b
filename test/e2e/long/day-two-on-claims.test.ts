import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { restartNode } from "../../../sandbox/kubernetes/restart-node.ts";
import { DayTwoScene, nothingSaid } from "../day-two/scene.ts";
import { eventually } from "../sandbox-cluster.ts";
import { makeSmallDisks, type SmallDisks } from "../day-two/small-disks.ts";

describe("a client of an etcd on claims, which reads and writes throughout,", () => {
  const scene = new DayTwoScene("e2e-day-two-claims");
  let disks: SmallDisks;

  before(async () => {
    // Three that run, and those that take their place.
    disks = await makeSmallDisks(scene.cluster, 12);
    await scene.set({ etcdStorageSize: "512Mi", etcdStorageClass: disks.storageClass });
  });

  after(async () => {
    await scene.strike();
    await disks.remove();
  });

  it("loses nothing when the disk of a member is full", async () => {
    const { lost } = await scene.during("the disk of one member full", async () => {
      const [first = ""] = await scene.members();
      await disks.fill(scene.namespace, first);
      // More than its log has room for: 64 MB are set aside beforehand.
      await scene.write("/filler", 80);
      await eventually("it has ended", async () => !(await scene.members()).includes(first), 300);
      await scene.wellAgain();
      return nothingSaid;
    });
    assert.equal(lost, 0);
  });

  it("loses at most what the plan says when the only node restarts, and goes on with what is on the claims", async () => {
    const { lost, said } = await scene.during("the only node restarted, restored from a member's claim", async () => {
      await restartNode();
      await scene.allHaveEnded();
      return scene.cureWith("member");
    });
    assert.ok(lost === 0 || said !== nothingSaid);
  });
});
