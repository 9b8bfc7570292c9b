import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { PortForwardRefusedError } from "../../../migration/kubernetes/errors.ts";
import { SnapshotInvalidError } from "../../../migration/snapshot/save-snapshot.ts";
import { SnapshotDirectoryError } from "../../../migration/snapshot/snapshot-directory-error.ts";
import { FinalSnapshotNotWrittenError } from "../../../migration/destroy/final-snapshot-errors.ts";
import { saveFinalSnapshot, type FinalSnapshotEnvironment } from "../../../migration/destroy/final-snapshot.ts";
import { MemoryStore } from "../copy/memory-store.ts";

const etcd = { namespace: "storage", etcdCluster: "db", snapshotDirectory: "snapshots" };
const state = { "/app/a": "1" };

describe("the last snapshot of an etcd", () => {
  it("is of the member that has seen the most", async () => {
    const ahead = new MemoryStore("ahead", "1", { ...state, "/app/b": "2" });
    const { saved, lines } = await save({ behind: new MemoryStore("behind", "1", state), ahead });
    assert.deepEqual(saved, ["ahead"]);
    assert.match(
      lines.join("\n"),
      /as member ahead has it, saved before it is deleted: \/snapshots\/one\.db\. It holds/,
    );
  });

  it("is taken without a quorum, where nobody can say how many keys there are", async () => {
    const alone = new MemoryStore("alone", "1");
    alone.range = () => Promise.reject(new StoreError("transient", "no leader"));
    assert.deepEqual((await save({ alone })).saved, ["alone"]);
  });

  it("is of the next member when one does not deliver it", async () => {
    const broken = new MemoryStore("broken", "1", { ...state, "/app/b": "2" });
    const result = await save(
      { broken, whole: new MemoryStore("whole", "1", state) },
      { failure: (name) => (name === "broken" ? new StoreError("transient", "the stream ended") : undefined) },
    );
    assert.deepEqual(result.saved, ["whole"]);
    assert.match(result.lines.join("\n"), /as member whole has it/);
  });

  it("is not taken of an etcd without any key", async () => {
    const { saved, lines } = await save({ empty: new MemoryStore("empty", "1") });
    assert.deepEqual(saved, []);
    assert.deepEqual(lines, ["No snapshot of EtcdCluster db in namespace storage is saved: it has no key."]);
  });

  it("is not taken where no member's etcd runs or may run again, and what was found is said", async () => {
    const { saved, lines } = await save({}, { over: ["pod b Failed"] });
    assert.deepEqual(saved, []);
    assert.match(lines[0] ?? "", /none of its members answers \(pod b Failed\)/);
    assert.match((await save({})).lines[0] ?? "", /\(it has no pod\)/);
  });

  it("is demanded of members that run and can't be reached, however long that lasts", async () => {
    const down = new StoreError("transient", "connection refused");
    await assert.rejects(save({ a: down, b: down }, { over: ["pod c Failed"] }), {
      name: "FinalSnapshotRefusedError",
      message:
        /member a: connection refused; member b: connection refused\. .*nothing of it was deleted; .*kubectl --namespace storage delete pod NAME --force/s,
    });
  });

  it("is demanded of members whose etcd may run again", async () => {
    await assert.rejects(save({}, { paused: ["pod a Running"] }), {
      name: "FinalSnapshotRefusedError",
      message: /pod a Running, whose etcd does not run and may run again/,
    });
  });

  it("is waited for: a member that can't be reached for a moment is asked again, and that is said once", async () => {
    const store = new MemoryStore("a", "1", state);
    let attempts = 0;
    const status = store.status.bind(store);
    store.status = () => {
      attempts += 1;
      return attempts > 3 ? status() : Promise.reject(new StoreError("transient", "502"));
    };
    const { saved, lines } = await save({ a: store }, { seconds: 60 });
    assert.deepEqual(saved, ["a"]);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /does not give its last snapshot yet, and is asked again for 60 s: member a: 502/);
  });

  it("is not waited for where asking again is of no use", async () => {
    await assert.rejects(save({ a: new PortForwardRefusedError("storage", "a") }, { seconds: 3600 }), {
      name: "FinalSnapshotRefusedError",
      message: /403 Forbidden.*get and create of pods\/portforward in namespace storage: `kubectl .* create role/s,
    });
  });

  it("is not that of a minority, which may lack what others have, as long as one of these may be asked", async () => {
    const alone = new MemoryStore("alone", "1", state);
    alone.range = () => Promise.reject(new StoreError("transient", "no leader"));
    const others = [
      save({ alone, b: new StoreError("transient", "i/o timeout") }),
      save({ alone }, { paused: ["pod b Running"] }),
    ];
    for (const other of others) {
      await assert.rejects(other, {
        name: "FinalSnapshotRefusedError",
        message: /member alone: it answers, but may lack what others have/,
      });
    }
    assert.deepEqual((await save({ alone }, { over: ["pod b Failed"] })).saved, ["alone"]);
  });

  it("is of a member with a majority behind it, whoever else can't be asked", async () => {
    const a = new MemoryStore("a", "1", state);
    const silent = new StoreError("transient", "i/o timeout");
    assert.deepEqual((await save({ a, silent })).saved, ["a"]);
    assert.deepEqual((await save({ a, refusing: new Error("403") }, { paused: ["pod c Running"] })).saved, ["a"]);
  });

  it("is never, without a majority, of a member that has seen less than another", async () => {
    const noQuorum = () => Promise.reject(new StoreError("transient", "no leader"));
    const behind = Object.assign(new MemoryStore("behind", "1", state), { range: noQuorum });
    const ahead = Object.assign(new MemoryStore("ahead", "1", { ...state, "/app/b": "2" }), { range: noQuorum });
    const broken = (name: string) => (name === "ahead" ? new StoreError("transient", "the stream ended") : undefined);
    await assert.rejects(save({ behind, ahead }, { failure: broken }), /member ahead: the stream ended; member behind/);
  });

  it("is no file that can't be restored: its checksum is verified before anything is deleted", async () => {
    const invalid = new SnapshotInvalidError("/snapshots/x.db", "its checksum is not that of its contents");
    await assert.rejects(save({ a: new MemoryStore("a", "1", state) }, { failure: () => invalid }), {
      name: "FinalSnapshotRefusedError",
      message: /member a: what it sends is no snapshot: its checksum is not that of its contents/,
    });
  });

  it("is looked for anew: a member that has ended meanwhile is no reason to stop", async () => {
    const { lines } = await save({ a: new StoreError("transient", "gone") }, { seconds: 60, later: ["pod a Failed"] });
    assert.match(lines.at(-1) ?? "", /none of its members answers \(pod a Failed\)/);
  });

  it("is demanded of members that run and turn us down: a missing certificate is no reason to lose all", async () => {
    await assert.rejects(
      save({ a: new Error("Secret etcd-client-tls does not exist."), b: new StoreError("transient", "x") }),
      {
        name: "FinalSnapshotRefusedError",
        stack: "",
        message:
          /member a: Secret etcd-client-tls does not exist; member b: x.*nothing of it was deleted; .*pulumi refresh/s,
      },
    );
    await assert.rejects(
      save({ a: new MemoryStore("a", "1", state) }, { failure: () => new StoreError("transient", "the stream ended") }),
      { name: "FinalSnapshotRefusedError", message: /member a: the stream ended/ },
    );
  });

  it("is demanded where it can't be written, with the ways out", async () => {
    const full = new SnapshotDirectoryError("snapshots", "/snapshots/x", new Error("ENOSPC: no space left on device"));
    await assert.rejects(
      save({ a: new MemoryStore("a", "1", state), b: new MemoryStore("b", "1", state) }, { failure: () => full }),
      {
        name: "FinalSnapshotNotWrittenError",
        message:
          /can't be written to snapshots: ENOSPC: no space left on device\. .*path as snapshotDirectory and run `pulumi up` first\. .*snapshotDirectory "" and run `pulumi up`/s,
      },
    );
  });

  it("is done without, or elsewhere, by the commands of the program's own", () => {
    const advice = { noSnapshot: "set none", anotherFolder: "set PATH", anotherEtcd: "forget ID" };
    const cause = new SnapshotDirectoryError("snapshots", "/snapshots/x", new Error("ENOSPC"));
    const { message } = new FinalSnapshotNotWrittenError({ ...etcd, advice }, cause);
    assert.match(
      message,
      /for another folder, `set PATH` first\. To go without .*: `set none`, then `pulumi destroy`\.$/,
    );
  });

  it("is tried beforehand: nothing was deleted then", () => {
    const cause = new SnapshotDirectoryError("snapshots", "/snapshots/x", new Error("ENOSPC"));
    assert.match(
      new FinalSnapshotNotWrittenError({ ...etcd, isTrial: true }, cause).message,
      /ENOSPC\. Nothing was deleted\. /,
    );
    assert.match(
      new FinalSnapshotNotWrittenError(etcd, cause).message,
      /what used it is gone, and `pulumi up` makes it/,
    );
  });

  it("leaves no connection open, whatever comes of it", async () => {
    const stores = [new MemoryStore("a", "1", state), new MemoryStore("b", "1", state)] as const;
    await save({ a: stores[0], b: stores[1] });
    assert.ok(stores.every(({ closed }) => closed));
    const failing = new MemoryStore("failing", "1");
    failing.status = () => Promise.reject(new StoreError("transient", "gone"));
    await assert.rejects(save({ failing }));
    assert.ok(failing.closed);
  });
});

interface Circumstances {
  /** What saving from a member ends with. */
  readonly failure?: (member: string) => Error | undefined;
  readonly paused?: readonly string[];
  readonly over?: readonly string[];
  /** Once it was looked for them once, none runs, and these are over. */
  readonly later?: readonly string[];
  /** @default one attempt */
  readonly seconds?: number;
}

async function save(
  members: Readonly<Record<string, MemoryStore | Error>>,
  { failure = () => undefined, paused = [], over = [], later, seconds = 0 }: Circumstances = {},
): Promise<{ saved: string[]; lines: string[] }> {
  const saved: string[] = [];
  const lines: string[] = [];
  const contents = new Map<AsyncIterable<Buffer>, string>();
  const running = Object.entries(members).map(([name, store]) => ({
    name,
    open: () => {
      if (store instanceof Error) return Promise.reject(store);
      store.snapshot = () => {
        const content = (async function* () {
          yield await Promise.resolve(Buffer.from(name));
        })();
        contents.set(content, name);
        return content;
      };
      return Promise.resolve(store);
    },
  }));
  let looks = 0;
  const environment: FinalSnapshotEnvironment = {
    etcd,
    patience: { seconds, pauseMilliseconds: 1 },
    findMembers: () => {
      looks += 1;
      return Promise.resolve(
        later === undefined || looks === 1 ? { running, paused, over } : { running: [], paused: [], over: later },
      );
    },
    save: (content) => {
      const member = contents.get(content) ?? "";
      const error = failure(member);
      if (error !== undefined) return Promise.reject(error);
      saved.push(member);
      return Promise.resolve("/snapshots/one.db");
    },
  };
  await saveFinalSnapshot(environment, (line) => lines.push(line));
  return { saved, lines };
}
