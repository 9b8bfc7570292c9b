import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { saveFromMembers } from "../../../../migration/cli/jobs/snapshot-save-job.ts";
import type { JobReport } from "../../../../migration/cli/show/job-report.ts";
import type { Progress } from "../../../../migration/cli/show/progress-display.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";
import { MemoryStore } from "../../copy/memory-store.ts";
import { savedByEtcds, snapshotOf } from "../../snapshot/file/saved-by-etcds.ts";

const [saved] = savedByEtcds;
assert.ok(saved !== undefined);
const whole = snapshotOf(saved);
const down = new StoreError("transient", "connection refused");

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "save-job-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("snapshot save", () => {
  it("keeps what the member with a majority has, for its owner alone, and has read it back", async () => {
    const progress: Progress[] = [];
    const report = await save({ a: member(whole), b: down }, { onSaving: (each) => progress.push(each) });
    assert.equal(report.outcome, "done");
    const [name = ""] = await readdir(directory);
    assert.match(name, /^trident-etcd-storage-2030-01-02T030405\.678Z\.db$/);
    assert.equal((await stat(path.join(directory, name))).mode & 0o777, 0o600);
    const text = report.lines.join("\n");
    assert.match(text, new RegExp(`read back +${saved.keys} keys at revision ${saved.revision}`));
    assert.match(text, /as member a has it.*holds the application's passwords.*copy --from-snapshot/s);
    assert.ok(!text.includes("Note:"), text);
    const { path: file, bytes, usable, keys, mayLack } = report.document;
    assert.deepEqual([file, bytes, usable, keys], [path.join(directory, name), whole.length, true, saved.keys]);
    assert.deepEqual(mayLack, []);
    assert.equal(progress.at(-1)?.bytesDone, whole.length);
  });

  it("is refused of a minority, unless that is asked for: then it says what may be lacking", async () => {
    const alone = member(whole, { hasQuorum: false });
    await assert.rejects(save({ alone, b: down }), {
      name: "NoWholeMemberError",
      message: /member alone: it answers, but may lack .*member b: connection refused|member b.*--from-minority/s,
    });
    assert.deepEqual(await readdir(directory), []);
    const report = await save({ alone: member(whole, { hasQuorum: false }), b: down }, { fromMinority: true });
    assert.equal(report.outcome, "done");
    assert.match(
      report.lines.join("\n"),
      /Note: .*may lack what others have written since: member b: connection refused/,
    );
    const [asked, gone] = report.document.mayLack as string[];
    assert.deepEqual([asked, gone?.startsWith("members that are gone")], ["member b: connection refused", true]);
  });

  it("is refused of a survivor that nobody else is beside as well: those that are gone may have had more", async () => {
    await assert.rejects(save({ alone: member(whole, { hasQuorum: false }) }), { name: "NoWholeMemberError" });
    const report = await save({ alone: member(whole, { hasQuorum: false }) }, { fromMinority: true });
    assert.match(report.lines.join("\n"), /Note: .*may lack what others have written since: members that are gone/);
  });

  it("leaves no file when what a member sends is none, and says which member and what", async () => {
    await assert.rejects(
      save({ a: member(whole.subarray(0, 5000)) }),
      /No member of EtcdCluster db in namespace storage gives a snapshot: member a: what it sends is no snapshot: it ends before/,
    );
    assert.deepEqual(await readdir(directory), []);
  });

  it("ends at a signal, without a file and without asking another member", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped by SIGINT");
    const onSaving = (): void => {
      stop.abort(reason);
    };
    const saving = save({ a: member(whole), b: member(whole) }, { onSaving, signal: stop.signal });
    await assert.rejects(saving, reason);
    assert.deepEqual(await readdir(directory), []);
  });

  it("does not say that all is well of a file that it can't read back", async () => {
    const other = Buffer.concat([Buffer.alloc(8192, 1)]);
    const { createHash } = await import("node:crypto");
    const foreign = Buffer.concat([other, createHash("sha256").update(other).digest()]);
    const report = await save({ a: member(foreign) });
    assert.equal(report.outcome, "failed");
    assert.match(report.lines.join("\n"), /read back +NOT USABLE: it is not a database of an etcd/);
  });

  it("asks nobody for what it can't keep", async () => {
    const file = path.join(directory, "file");
    await writeFile(file, "");
    await assert.rejects(save({ a: member(whole) }, { directory: file }), {
      name: "UsageError",
      message: /--directory: .*file can't be written to: ENOTDIR/,
    });
  });

  it("says that there is nobody to ask", async () => {
    await assert.rejects(save({}, { over: ["pod a Failed"] }), /No member of .* can be asked: pod a Failed\./);
    await assert.rejects(save({}), /can be asked: it has no pod\./);
  });
});

interface Circumstances {
  readonly fromMinority?: boolean;
  readonly directory?: string;
  readonly over?: readonly string[];
  readonly onSaving?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

function save(
  members: Readonly<Record<string, MemoryStore | Error>>,
  { fromMinority = false, over = [], onSaving = () => undefined, ...given }: Circumstances = {},
): Promise<JobReport> {
  const running = Object.entries(members).map(([name, store]) => ({
    name,
    open: () => (store instanceof Error ? Promise.reject(store) : Promise.resolve(store)),
  }));
  return saveFromMembers(
    { running, paused: [], over },
    {
      ...{ action: "snapshot save", namespace: "storage", etcdCluster: "db", directory: given.directory ?? directory },
      ...{ fromMinority, json: false, quiet: true },
    },
    {
      ...{ signal: given.signal ?? new AbortController().signal, now: new Date("2030-01-02T03:04:05.678Z") },
      ...{ onProgress: () => undefined, onSaving },
    },
  );
}

function member(content: Buffer, { hasQuorum = true } = {}): MemoryStore {
  const store = new MemoryStore("member", "1", { "/app/a": "1" });
  store.snapshot = async function* () {
    yield await Promise.resolve(content.subarray(0, 4000));
    yield content.subarray(4000);
  };
  if (!hasQuorum) store.range = () => Promise.reject(new StoreError("transient", "no leader"));
  return store;
}
