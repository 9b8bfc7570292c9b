import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { restartNode } from "../../../sandbox/kubernetes/restart-node.ts";
import { parseKeys, valuesOf } from "../etcd-keys.ts";
import { DayTwoScene, nothingSaid } from "../day-two/scene.ts";

describe("a client of the stack's etcd, which reads and writes throughout,", () => {
  const scene = new DayTwoScene("e2e-day-two");

  before(() => {
    const quota = { name: "ETCD_QUOTA_BACKEND_BYTES", value: String(32 * 1024 * 1024) };
    return scene.set({ etcdPod: JSON.stringify({ env: [quota] }) });
  });

  after(() => scene.strike());

  it("loses nothing when the member that leads is killed", async () => {
    const { lost } = await scene.during("one member killed, the one that leads", async () => {
      await scene.kill(await scene.leader());
      await scene.wellAgain();
      return nothingSaid;
    });
    assert.equal(lost, 0);
  });

  it("loses nothing when the etcd-operator is killed, and a member with it", async () => {
    const { lost } = await scene.during("the etcd-operator and a member killed", async () => {
      const [first = ""] = await scene.members();
      await scene.kill(await scene.operator(), first);
      await scene.wellAgain();
      return nothingSaid;
    });
    assert.equal(lost, 0);
  });

  it("loses nothing when the etcd comes to its quota, and the named command cures it", async () => {
    const { lost } = await scene.during("the quota's alarm raised, cured by the named command", async () => {
      await scene.write("/filler", 80);
      const preview = await scene.stack.preview();
      assert.match(preview.printed, /npx trident-etcd alarm-disarm/);
      await scene.command("alarm-disarm");
      return nothingSaid;
    });
    assert.equal(lost, 0);
  });

  it("loses nothing while it is cloned into another namespace, which has what the snapshot has", async () => {
    const { lost } = await scene.during("cloned into another namespace, from a snapshot", async () => {
      const before = valuesOf(parseKeys(await scene.etcdctl("get", "", "--prefix", "--write-out=json")));
      const cloned = await scene.clone(await scene.saveSnapshot());
      assert.ok(before.size > 0);
      assert.deepEqual(new Map([...cloned].filter(([name]) => before.has(name))), before);
      return nothingSaid;
    });
    assert.equal(lost, 0);
  });

  it("loses at most what the plan says when two of three members are killed, and goes on with what the third has", async () => {
    const { lost, said } = await scene.during("two of three members killed, restored from the third", async () => {
      await scene.kill(...(await scene.members()).slice(0, 2));
      return scene.cureWith("member");
    });
    assert.ok(lost === 0 || said !== nothingSaid);
  });

  it("loses what was written after the snapshot when all members are killed, as the plan says", async () => {
    const { said } = await scene.during("all members killed, restored from a snapshot", async () => {
      const snapshot = await scene.saveSnapshot();
      await scene.kill(...(await scene.members()));
      return scene.cureWith(snapshot);
    });
    assert.notEqual(said, nothingSaid);
  });

  it("loses what was written after the snapshot when the only node restarts, as the plan says", async () => {
    const { said } = await scene.during("the only node restarted, restored from a snapshot", async () => {
      const snapshot = await scene.saveSnapshot();
      await restartNode();
      await scene.allHaveEnded();
      return scene.cureWith(snapshot);
    });
    assert.notEqual(said, nothingSaid);
  });
});
