import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { restartNode } from "../../../sandbox/kubernetes/restart-node.ts";
import { DayTwoScene, nothingSaid } from "../day-two/scene.ts";
import { makeSmallDisks, type SmallDisks } from "../day-two/small-disks.ts";

describe("a client of an etcd on claims, which reads and writes throughout,", () => {
  const scene = new DayTwoScene("e2e-day-two-claims");
  let disks: SmallDisks;

  before(async () => {
    // Three that run, and those that take their place.
    disks = await makeSmallDisks(scene.cluster, 12);
    const quota = { name: "ETCD_QUOTA_BACKEND_BYTES", value: String(32 * 1024 * 1024) };
    await scene.set({
      ...{ etcdStorageSize: "256Mi", etcdStorageClass: disks.storageClass },
      etcdPod: JSON.stringify({ env: [quota] }),
    });
  });

  after(async () => {
    await scene.strike();
    await disks.remove();
  });

  it("loses nothing when the etcd comes to its quota, and the named command cures it", async () => {
    const { lost } = await scene.during("the quota's alarm raised, cured by the named command", async () => {
      await scene.fillToQuota("/filler");
      const preview = await scene.stack.preview();
      assert.match(preview.printed, /npx trident-etcd alarm-disarm/);
      await scene.command("alarm-disarm");
      return nothingSaid;
    });
    assert.equal(lost, 0);
  });

  it("loses nothing when the disk of a member is full", async () => {
    const { lost } = await scene.during("the disk of one member full", async () => {
      const [first = ""] = await scene.members();
      await disks.fill(scene.namespace, first);
      await scene.wellAgain();
      assert.ok(!(await scene.members()).includes(first));
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
