import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isRestoreUnfinished } from "../../../migration/record/restored-state.ts";
import { RestoreError } from "../../../migration/restore/restore-error.ts";
import { MemoryStore } from "../copy/memory-store.ts";
import { ofMember, recordOf, RestoreScene, snapshotOf, state } from "./restore-scene.ts";

describe("a restore", () => {
  it("brings a new etcd up with what the snapshot holds, and records what that was", async () => {
    const scene = new RestoreScene();
    const result = await scene.run();
    assert.deepEqual(scene.etcd?.entries(), state);
    assert.deepEqual([result.keys, result.destinationClusterId, result.savedAt], [3, "20", "2026-01-02T03:04:05.678Z"]);
    assert.deepEqual([result.lostRevisions, result.abandonedEtcd], [undefined, undefined]);
    assert.equal(scene.stack.etcdClusterId, "20");
    assert.equal(scene.stack.etcdHeldKeys, "true");
    assert.deepEqual(Object.keys(scene.restore).sort(), ["phase", "result"]);
  });

  it("is done once: the next run only answers what came of it", async () => {
    const scene = new RestoreScene();
    const result = await scene.run();
    scene.etcd?.put("/trident/v1/volume/b", "{}");
    scene.done.length = 0;
    assert.deepEqual(await scene.run(), result);
    assert.deepEqual(scene.done, []);
  });

  it("stops Trident before the etcd is touched, and starts it as it was once all is recorded", async () => {
    const scene = new RestoreScene().lose();
    scene.replicas = 1;
    await scene.run({ abandonedEtcd: "10" });
    const steps = scene.done.filter((each) => !each.startsWith("record"));
    assert.deepEqual(steps, ["open", "stop", "hold off", "delete", "create", "wait", "let in", "start"]);
    assert.equal(scene.replicas, 1);
    assert.deepEqual(scene.etcd?.entries(), state);
    assert.equal(scene.stack.etcdClusterId, "20");
  });

  it("lets clients to the etcd only once it is whole and recorded, a killed run's by the next one", async () => {
    for (const trident of [true, false]) {
      const scene = new RestoreScene().lose();
      const asked = { abandonedEtcd: "10", trident };
      scene.killedAt = "let in";
      await assert.rejects(scene.run(asked));
      assert.deepEqual([scene.isHeldOff, scene.etcd?.entries()], [true, state]);
      assert.ok(isRestoreUnfinished({ ...recordOf(scene.restore), part: "restore" }));
      scene.killedAt = undefined;
      await scene.run(asked);
      assert.ok(!scene.isHeldOff);
      assert.ok(!isRestoreUnfinished({ ...recordOf(scene.restore), part: "restore" }));
    }
  });

  it("says how much is known to be lost", async () => {
    const { lostRevisions, lostSeconds, abandonedEtcd } = await new RestoreScene().lose().run({ abandonedEtcd: "10" });
    // Three keys were written, the first at revision 2.
    assert.deepEqual([lostRevisions, lostSeconds, abandonedEtcd], [5, 60, "10"]);
  });

  it("keeps what a member of the lost etcd still has before it is deleted", async () => {
    const scene = new RestoreScene().lose();
    scene.survivor = state;
    await scene.run({ abandonedEtcd: "10" });
    assert.ok(scene.done.indexOf("keep survivor") < scene.done.indexOf("delete"), scene.done.join());
  });

  it("takes what a surviving member has, kept as a file first", async () => {
    const scene = new RestoreScene().lose();
    scene.survivor = { ...state, "/trident/v1/volume/late": "{}" };
    const result = await scene.run({ from: "member", abandonedEtcd: "10" });
    assert.deepEqual(scene.etcd?.entries(), scene.survivor);
    assert.deepEqual([result.from, result.file], ["member", ofMember]);
    assert.ok(!scene.done.includes("keep survivor"));
  });

  it("restores every key of an etcd alone, and Trident's keys where Trident runs on it", async () => {
    const all = { ...state, "/other/key": "x" };
    const alone = new RestoreScene();
    alone.snapshot = snapshotOf(all);
    await alone.run({ trident: false });
    assert.deepEqual(alone.etcd?.entries(), all);
    const tridents = new RestoreScene();
    tridents.snapshot = snapshotOf(all);
    await tridents.run();
    assert.deepEqual(tridents.etcd?.entries(), state);
  });
});

describe("a restore is refused, and nothing is stopped or deleted,", () => {
  async function refused(scene: RestoreScene, expected: RegExp, asked = {}): Promise<void> {
    await assert.rejects(scene.run(asked), (error) => {
      assert.ok(error instanceof RestoreError);
      assert.match(error.message, expected);
      assert.match(error.message, /Nothing was stopped or deleted/);
      return true;
    });
    assert.ok(!scene.done.some((each) => ["stop", "delete", "create"].includes(each)), scene.done.join());
  }

  it("where the etcd has keys", async () => {
    const scene = new RestoreScene();
    scene.etcd = new MemoryStore("the etcd", "10", { "/trident/x": "1" });
    scene.replicas = 1;
    await refused(scene, /1 key under \/trident\/: a state is restored into an etcd without any/);
    assert.deepEqual(scene.etcd.entries(), { "/trident/x": "1" });
  });

  it("where an etcd alone has keys of whatever name", async () => {
    const scene = new RestoreScene();
    scene.etcd = new MemoryStore("the etcd", "10", { "/other/x": "1" });
    await refused(scene, /has 1 key: a state is restored/, { trident: false });
  });

  it("where the snapshot has no key to restore", async () => {
    const scene = new RestoreScene();
    scene.snapshot = snapshotOf({ "/other/x": "1" });
    await refused(scene, /holds no key under \/trident\//);
  });

  it("where the quorum is lost and the user has not given up that etcd", async () => {
    for (const abandonedEtcd of ["", "11"])
      await refused(new RestoreScene().lose(), /is not given up/, { abandonedEtcd });
  });

  it("where there is no EtcdCluster at all", async () => {
    const scene = new RestoreScene();
    scene.etcd = undefined;
    await refused(scene, /pulumi up --refresh/);
  });

  it("where no member has anything to give", async () => {
    await refused(new RestoreScene().lose(), /none of its pods runs/, { from: "member", abandonedEtcd: "10" });
  });
});

describe("a restore that is killed", () => {
  /** Before and after each step that changes anything. */
  const steps = (scene: RestoreScene) => scene.done.flatMap((each) => [each, `${each}!`]);

  for (const from of [undefined, "member"]) {
    it(`is ended by the next run wherever that was, with nothing deleted twice (from ${from ?? "a file"})`, async () => {
      const asked = { abandonedEtcd: "10", ...(from === undefined ? {} : { from }) };
      const lost = (): RestoreScene => {
        const scene = new RestoreScene().lose();
        scene.survivor = state;
        return scene;
      };
      const whole = lost();
      await whole.run(asked);
      for (const killedAt of new Set(steps(whole))) {
        const scene = lost();
        scene.killedAt = killedAt;
        await assert.rejects(scene.run(asked), RestoreError, killedAt);
        scene.killedAt = undefined;
        // A member that is gone by then has left its file.
        if (from === "member" && scene.restore.source !== undefined) scene.survivor = undefined;
        const made = scene.uid;
        await scene.run(asked);
        assert.deepEqual(scene.etcd?.entries(), state, killedAt);
        assert.deepEqual([scene.replicas, scene.uid, scene.stack.etcdClusterId], [1, "uid-2", "20"], killedAt);
        if (made === "uid-2") assert.equal(scene.uid, made, killedAt);
        assert.deepEqual(Object.keys(scene.restore).sort(), ["phase", "result"], killedAt);
      }
    });
  }

  it("goes on from the keys that it has copied, and from nobody else's", async () => {
    const scene = new RestoreScene();
    scene.killedAt = "record phase result etcdClusterId etcdHeldKeys etcdRevision etcdRevisionAt";
    await assert.rejects(scene.run(), RestoreError);
    assert.deepEqual(scene.etcd?.entries(), state);
    scene.killedAt = undefined;
    scene.etcd.remove("/trident/store");
    await scene.run();
    assert.deepEqual(scene.etcd.entries(), state);
    const other = new RestoreScene();
    other.restore = { ...scene.restore };
    other.etcd = new MemoryStore("another etcd", "30", { "/trident/x": "1" });
    await assert.rejects(other.run(), /a state is restored into an etcd without any/);
  });

  it("leaves Trident stopped, and says so", async () => {
    const scene = new RestoreScene().lose();
    scene.killedAt = "create";
    await assert.rejects(scene.run({ abandonedEtcd: "10" }), (error) => {
      assert.ok(error instanceof RestoreError);
      assert.match(error.message, /Trident is stopped, and stays so.*not deleted again.*goes on from there/s);
      return true;
    });
  });
});

describe("a restore that is done", () => {
  it("is done again for the next loss, once that etcd is given up, and for that once", async () => {
    const scene = new RestoreScene();
    await scene.run();
    scene.etcd = new MemoryStore("the emptied etcd", "20");
    await scene.run({ abandonedEtcd: "20" });
    assert.deepEqual(scene.etcd.entries(), state);
    scene.done.length = 0;
    await scene.run({ abandonedEtcd: "20" });
    assert.deepEqual(scene.done, []);
  });
});
