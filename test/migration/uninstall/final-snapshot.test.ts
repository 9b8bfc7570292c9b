import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StoreError } from "../../../migration/copy/store-error.ts";
import { SnapshotDirectoryError } from "../../../migration/snapshot/errors.ts";
import { FinalSnapshotNotWrittenError } from "../../../migration/uninstall/final-snapshot-errors.ts";
import { saveFinalSnapshot, type FinalSnapshotEnvironment } from "../../../migration/uninstall/final-snapshot.ts";
import { MemoryStore } from "../memory-store.ts";

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
    const result = await save({ broken, whole: new MemoryStore("whole", "1", state) }, (name) =>
      name === "broken" ? new StoreError("transient", "the stream ended") : undefined,
    );
    assert.deepEqual(result.saved, ["whole"]);
    assert.match(result.lines.join("\n"), /as member whole has it/);
  });

  it("is not taken of an etcd without any key", async () => {
    const { saved, lines } = await save({ empty: new MemoryStore("empty", "1") });
    assert.deepEqual(saved, []);
    assert.deepEqual(lines, ["No snapshot of EtcdCluster db in namespace storage is saved: it has no key."]);
  });

  it("is not taken where no member answers, and what was tried is said", async () => {
    const down = new StoreError("transient", "connection refused");
    const { saved, lines } = await save({ down }, undefined, ["pod b Failed"]);
    assert.deepEqual(saved, []);
    assert.match(lines[0] ?? "", /none of its members answers \(member down: connection refused; pod b Failed\)/);
    assert.match((await save({})).lines[0] ?? "", /\(it has no pod\)/);
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
      save({ a: new MemoryStore("a", "1", state) }, () => new StoreError("transient", "the stream ended")),
      { name: "FinalSnapshotRefusedError", message: /member a: the stream ended/ },
    );
  });

  it("is demanded where it can't be written, with the ways out", async () => {
    const full = new SnapshotDirectoryError("snapshots", "/snapshots/x", new Error("ENOSPC: no space left on device"));
    await assert.rejects(
      save({ a: new MemoryStore("a", "1", state), b: new MemoryStore("b", "1", state) }, () => full),
      {
        name: "FinalSnapshotNotWrittenError",
        message:
          /can't be written to snapshots \(setting snapshotDirectory\): ENOSPC: no space left on device\. .*config set snapshotDirectory PATH && pulumi up.*snapshotDirectory ""/s,
      },
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
    await save({ failing });
    assert.ok(failing.closed);
  });
});

async function save(
  members: Readonly<Record<string, MemoryStore | Error>>,
  failure: (member: string) => Error | undefined = () => undefined,
  others: readonly string[] = [],
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
  const environment: FinalSnapshotEnvironment = {
    etcd,
    findMembers: () => Promise.resolve({ running, others }),
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
