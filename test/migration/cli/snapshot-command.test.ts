import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import {
  bytesOf,
  contents,
  freshRange,
  identityOf,
  numbered,
  putLeased,
  seed,
  type FreshRange,
} from "../copy/copy-scene.ts";
import { runCommand, type CommandRun } from "./command-process.ts";
import { flagsFor, startScene, type CommandScene } from "./command-scene.ts";

const secret = "the-secret-value";

let scene: CommandScene;
let destination: readonly string[];
before(async () => {
  scene = await startScene();
  destination = scene.sides.slice(scene.sides.indexOf("--to"));
});
after(async () => {
  await scene.stop();
});

test("copies what a snapshot holds into an etcd, proves it, and finds it there a second time", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 1500));
  await scene.source.client.put(range.key("volume-0000003")).value("rewritten");
  await scene.source.client.delete().key(range.key("volume-0000004"));
  const file = await saved("copied.db");
  const expected = bytesOf(await contents(scene.source.store, range));
  await scene.source.client.delete().key(range.key("volume-0000005"));

  const plan = await run("plan", file, range);
  assert.equal(plan.exitCode, 0, plan.stderr);
  assert.match(plan.stdout, /A copy would write 1,499 keys/);
  const first = await run("copy", file, range);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /^Copied and verified: 1,499 keys \(.* KiB\) under \/test-\d+\/\.$/m);
  assert.match(first.stdout, new RegExp(`^source +${file}$`, "m"));
  assert.match(first.stdout, /^ +snapshot of etcd 3\.4, revision \d+, its checksum holds$/m);
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), expected);

  const second = await run("copy", file, range);
  assert.match(second.stdout, /^written +0 by this run, 1,499 were there$/m);
  const verified = await run("verify", file, range);
  assert.equal(verified.exitCode, 0, verified.stderr);
  assert.match(verified.stdout, /^Equal: 1,499 keys/m);
});

test("tells as a document what was read, without a cluster's id, which the file does not have", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 3));
  const file = await saved("document.db");
  const { source, keys } = documentOf(await run("copy", file, range, "--json")) as { source: Source; keys: number };
  const { revision } = await scene.source.store.status();
  assert.equal(keys, 3);
  assert.match(source.snapshot.sha256, /^[0-9a-f]{64}$/);
  assert.equal((await readFile(file)).subarray(-32).toString("hex"), source.snapshot.sha256);
  assert.deepEqual(source, {
    snapshot: { path: file, sha256: source.snapshot.sha256, hasChecksum: true },
    version: "3.4",
    revision: revision.toString(),
  });
});

test("brings back what the snapshot's own cluster has lost, and overwrites nothing that it has since", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 20));
  const file = await saved("own.db");
  await scene.source.client.delete().key(range.key("volume-0000007"));
  const own = await flagsFor("to", scene.source, await mkdtemp(join(scene.directory, "own-")));
  const words = ["copy", "--from-snapshot", file, ...own, "--prefix", range.key("").toString(), "--quiet"];
  const restored = await runCommand(words);
  assert.equal(restored.exitCode, 0, restored.stderr);
  assert.match(restored.stdout, /^written +1 by this run, 19 were there$/m);
  await scene.source.client.put(range.key("volume-0000001")).value(secret);
  const before = identityOf(await contents(scene.source.store, range));
  const refused = await runCommand(words);
  assert.equal(refused.exitCode, 3);
  assert.match(refused.stderr, /already holds 1 key .*volume-0000001/);
  assert.deepEqual(identityOf(await contents(scene.source.store, range)), before);
});

test("verify tells a difference by its exit code, and names the key and no value", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 5));
  const file = await saved("verified.db");
  await seed(scene.destination.store, numbered(range, 5));
  assert.equal((await run("verify", file, range)).exitCode, 0);
  await scene.destination.client.put(range.key("volume-0000003")).value(secret);
  const other = await run("verify", file, range);
  assert.equal(other.exitCode, 4);
  assert.match(other.stderr, /1 key with another value \(\/test-\d+\/volume-0000003\)/);
  assert(!(other.stdout + other.stderr).includes(secret));
});

test("refuses what the engine refuses of any source: no such key, a lease, keys that are in the way", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 2));
  await putLeased(scene.source, { key: range.key("leased"), value: Buffer.from(secret) });
  const file = await saved("refused.db");
  const none = await run("copy", file, freshRange());
  assert.equal(none.exitCode, 3);
  assert.match(none.stderr, /the source has no key under/);
  const planned = await run("plan", file, freshRange());
  assert.match(planned.stdout, /Check --from-snapshot and --prefix/);
  const leased = await run("copy", file, range);
  assert.equal(leased.exitCode, 3);
  assert.match(leased.stderr, /1 of the source's keys have a lease[^]*add --leases copy-without\. Nothing was written/);
  assert.equal((await run("copy", file, range, "--leases", "copy-without")).exitCode, 0);
});

test("names what is wrong with a file, before any etcd is asked", async () => {
  const range = freshRange();
  const file = await saved("spoilt.db");
  const whole = await readFile(file);
  const flipped = Buffer.from(whole);
  flipped[9000] = (flipped[9000] ?? 0) ^ 1;
  const cases: Readonly<Record<string, readonly [number, string, RegExp, Buffer | undefined]>> = {
    "missing.db": [2, "unreadable", /missing\.db does not exist\. Check the path/, undefined],
    "empty.db": [3, "empty", /empty\.db is empty\. Use another snapshot/, Buffer.alloc(0)],
    "flipped.db": [3, "wrongChecksum", /other contents than its checksum says\. Copy the file again/, flipped],
    "cut.db": [
      3,
      "noChecksum",
      /without the checksum of a snapshot[^]*add --without-checksum/,
      whole.subarray(0, -100),
    ],
    "text.db": [3, "notADatabase", /text\.db is not a database of an etcd/, Buffer.from("some text ".repeat(100))],
    "short.db": [3, "notADatabase", /short\.db is too short/, Buffer.from("some text")],
  };
  for (const [name, [exitCode, problem, message, content]] of Object.entries(cases)) {
    const path = join(scene.directory, name);
    if (content !== undefined) await writeFile(path, content);
    const refused = await runCommand([
      ...["copy", "--from-snapshot", path, "--to", "http://127.0.0.1:1", "--insecure-plaintext", "--json"],
      ...["--prefix", range.key("").toString()],
    ]);
    assert.equal(refused.exitCode, exitCode, refused.stderr);
    assert.match(refused.stderr, message);
    assert.equal(documentOf(refused).snapshotProblem, problem);
  }
});

test("takes a database without a checksum when that is said, and says what that means", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 4));
  const file = join(scene.directory, "member.db");
  await writeFile(file, (await readFile(await saved("whole.db"))).subarray(0, -32));
  const copied = await run("copy", file, range, "--without-checksum");
  assert.equal(copied.exitCode, 0, copied.stderr);
  assert.match(copied.stdout, /without a checksum: damage within keys and values goes unnoticed$/m);
});

interface Source {
  readonly snapshot: { readonly sha256: string };
}

/** The source as it is now. */
async function saved(name: string): Promise<string> {
  const path = join(scene.directory, name);
  await pipeline(scene.source.store.snapshot(), createWriteStream(path));
  return path;
}

function run(action: string, file: string, range: FreshRange, ...flags: string[]): Promise<CommandRun> {
  return runCommand([action, "--from-snapshot", file, ...destination, "--prefix", range.key("").toString(), ...flags]);
}

function documentOf({ stdout }: CommandRun): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}
