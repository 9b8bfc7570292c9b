import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isTransient } from "../../../migration/copy/store/store-error.ts";
import { fencedSteps, type Effects } from "../../../migration/lease/fenced-steps.ts";
import { fencedStore } from "../../../migration/lease/fenced-store.ts";
import { LeaseLostError } from "../../../migration/lease/held-lease.ts";
import type { MigrationLease } from "../../../migration/lease/held-lease.ts";
import type { OpenStore } from "../../../migration/connect/open-store.ts";
import { MemoryStore } from "../copy/memory-store.ts";

const entry = { key: Buffer.from("/a"), value: Buffer.from("A") };
const unchanged = [{ key: Buffer.from("/b"), modRevision: 2n }];

describe("steps behind a Lease", () => {
  class World {
    readonly namespace = "storage";
    readonly store = new MemoryStore("new", "2", { "/b": "B" });
    readonly taken: string[] = [];
    look = (what: string): Promise<string> => this.take(`look ${what}`, what);
    change = (what: string): Promise<string> => this.take(`change ${what}`, what);
    open = (): Promise<OpenStore> => this.take("open", this.store);
    private take<T>(step: string, result: T): Promise<T> {
      this.taken.push(step);
      return Promise.resolve(result);
    }
  }
  const effects = { look: "looks", change: "changes", open: "opens" } satisfies Effects<World>;

  it("are taken as they are while it is held, with all that is no step", async () => {
    const world = new World();
    const fenced = fencedSteps(world, effects, lease().lease);
    assert.equal(await fenced.change("a"), "a");
    assert.equal(fenced.namespace, "storage");
    await (await fenced.open()).createAll([entry]);
    assert.deepEqual(world.store.entries(), { "/b": "B", "/a": "A" });
  });

  it("only look once it is lost, also at an etcd that was opened before", async () => {
    const world = new World();
    const { lease: held, lose } = lease();
    const fenced = fencedSteps(world, effects, held);
    const store = await fenced.open();
    lose();
    assert.equal(await fenced.look("a"), "a");
    for (const step of [() => fenced.change("a"), () => fenced.open()]) await assert.rejects(step, LeaseLostError);
    await assert.rejects(store.createAll([entry]), LeaseLostError);
    await assert.rejects(store.deleteUnchanged(unchanged), LeaseLostError);
    assert.deepEqual([world.taken, world.store.entries()], [["open", "look a"], { "/b": "B" }]);
    assert.equal((await store.status()).clusterId, "2");
  });
});

describe("an etcd behind a Lease", () => {
  it("is asked to create runs of keys, and for its members, only if it can be", () => {
    const plain = fencedStore(new MemoryStore("new", "2"), lease().lease);
    assert.ok(!("createRun" in plain) && !("allowsRuns" in plain) && !("memberHashes" in plain));
  });

  it("creates no run of keys once it is lost", async () => {
    const { lease: held, lose } = lease();
    const createRun = (): Promise<bigint> => assert.fail("it was sent");
    const store = fencedStore(Object.assign(new MemoryStore("new", "2"), { createRun }), held);
    lose();
    await assert.rejects(async () => store.createRun?.([entry]), LeaseLostError);
  });

  it("deletes nothing before the API server has confirmed it", async () => {
    const world = new MemoryStore("new", "2", { "/b": "B" });
    const lost = new LeaseLostError("storage", "another-1-0 holds it now");
    const store = fencedStore(world, { ...lease().lease, confirm: () => Promise.reject(lost) });
    await assert.rejects(store.deleteUnchanged(unchanged), lost);
    assert.deepEqual(world.entries(), { "/b": "B" });
  });

  it("is worth another try when the API server can't be asked", async () => {
    const confirm = (): Promise<void> => Promise.reject(new Error("no answer within 10 s"));
    const store = fencedStore(new MemoryStore("new", "2", { "/b": "B" }), { ...lease().lease, confirm });
    await assert.rejects(store.deleteUnchanged(unchanged), (error: Error) => {
      assert.match(error.message, /no answer within 10 s/);
      return isTransient(error);
    });
  });
});

function lease(): { lease: MigrationLease; lose: () => void } {
  const lost = new AbortController();
  return {
    lease: {
      signal: lost.signal,
      throwIfLost: () => {
        lost.signal.throwIfAborted();
      },
      release: () => Promise.resolve(),
    },
    lose: () => {
      lost.abort(new LeaseLostError("storage", "another-1-0 holds it now"));
    },
  };
}
