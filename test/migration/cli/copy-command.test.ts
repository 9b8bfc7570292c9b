import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { bytesOf, contents, freshRange, identityOf, numbered, putLeased, seed } from "../copy/copy-scene.ts";
import { runCommand, type CommandRun } from "./command-process.ts";
import { startScene, type CommandScene } from "./command-scene.ts";

const SECRET = "the-secret-value";

let scene: CommandScene;
before(async () => {
  scene = await startScene();
});
after(async () => {
  await scene.stop();
});

test("copy copies, proves it and says what it did; a second run finds everything there", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 1000));
  const first = await run("copy", range);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /^Copied and verified: 1,000 keys \(.* KiB\) under \/test-\d+\/\.$/m);
  assert.match(first.stdout, /^SHA-256 +[0-9a-f]{64}$/m);
  assert.match(first.stdout, /^written +1,000 by this run, 0 were there$/m);
  const copied = await contents(scene.destination.store, range);
  assert.deepEqual(bytesOf(copied), bytesOf(await contents(scene.source.store, range)));

  const second = await run("copy", range);
  assert.equal(second.exitCode, 0, second.stderr);
  assert.match(second.stdout, /^written +0 by this run, 1,000 were there$/m);
  assert.deepEqual(identityOf(await contents(scene.destination.store, range)), identityOf(copied));
});

test("plan, copy and verify take a prefix that is not UTF-8, and only its keys", async () => {
  const prefix = Buffer.from([0x2f, 0x74, 0xff, 0xfe]);
  const keys = [prefix, Buffer.concat([prefix, Buffer.of(0xff, 0)]), Buffer.of(0x2f, 0x74, 0xff, 0xfd)];
  await seed(
    scene.source.store,
    keys.map((key) => ({ key, value: Buffer.from(SECRET) })),
  );
  for (const action of ["plan", "copy", "verify"]) {
    const { exitCode, stdout, stderr } = await runCommand([
      ...[action, ...scene.sides, "--prefix-hex", prefix.toString("hex"), "--quiet"],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /\b2 keys\b/);
  }
  const copied = await scene.destination.store.range(prefixRange(prefix.subarray(0, 3)));
  assert.deepEqual(
    copied.entries.map(({ key }) => key),
    keys.slice(0, 2),
  );
});

test("progress is plain lines on standard error, at least one a phase; quiet leaves nothing", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 300));
  const { stderr } = await run("copy", range);
  assert.match(stderr, /^Copying: [\d,]+ of 300 keys/m);
  assert.match(stderr, /^Verifying: [\d,]+ of 300 keys/m);
  assert(!/[\r\u001b]/.test(stderr));
  const quiet = await run("copy", range, "--quiet");
  assert.equal(quiet.exitCode, 0);
  assert.equal(quiet.stderr, "");
});

test("verify tells equal from not equal by its exit code, and names keys but no values", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 20));
  await seed(scene.destination.store, numbered(range, 20));
  const equal = await run("verify", range);
  assert.equal(equal.exitCode, 0, equal.stderr);
  assert.match(equal.stdout, /^Equal: 20 keys \(.*\) under .*, every value compared\.$/m);

  await scene.destination.client.put(range.key("volume-0000003")).value(SECRET);
  const other = await run("verify", range, "--json");
  assert.equal(other.exitCode, 4);
  assert.match(other.stderr, /not equal to the source: 1 key with another value \(\/test-\d+\/volume-0000003\)/);
  assert.deepEqual(documentOf(other).different, { count: 1, first: [range.key("volume-0000003").toString()] });
  assert.equal(documentOf(other).outcome, "mismatch");
  assert(!(other.stdout + other.stderr).includes(SECRET));
});

test("verify compares with the source as it was at the revision that copy reported", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 5));
  const { source } = documentOf(await run("copy", range, "--json")) as { source: { revision: string } };
  await scene.source.client.delete().key(range.key("volume-0000001"));
  assert.equal((await run("verify", range)).exitCode, 4);
  assert.equal((await run("verify", range, "--from-revision", source.revision)).exitCode, 0);
});

test("plan says what a copy would do, and changes nothing", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 50));
  await seed(scene.destination.store, numbered(range, 10));
  const before = identityOf(await contents(scene.destination.store, range));
  const revisions = await revisionsOf(scene);
  const plan = await run("plan", range);
  assert.equal(plan.exitCode, 0, plan.stderr);
  assert.match(plan.stdout, /Nothing was written\./);
  assert.match(plan.stdout, /^ +etcd 3\.\d+\.\d+, cluster \d+, revision \d+$/m);
  assert.match(plan.stdout, /^ +50 keys, .* KiB, largest value 256 bytes; none with a lease$/m);
  assert.match(
    plan.stdout,
    /^ +10 keys: 10 equal to the source's, 0 with another value, 0 that the source does not have$/m,
  );
  assert.match(
    plan.stdout,
    /^A copy would write 40 keys \(.*\), leave 10 keys as already copied, then compare all 50/m,
  );
  assert.deepEqual(await revisionsOf(scene), revisions);
  assert.deepEqual(identityOf(await contents(scene.destination.store, range)), before);
});

test("plan names everything that copy would refuse, and no value", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 3));
  await putLeased(scene.source, { key: range.key("leased"), value: Buffer.from(SECRET) });
  await seed(scene.destination.store, [{ key: range.key("foreign"), value: Buffer.from(SECRET) }]);
  await seed(scene.destination.store, [{ key: range.key("volume-0000001"), value: Buffer.from(SECRET) }]);
  const plan = await run("plan", range, "--json");
  assert.equal(plan.exitCode, 3);
  const document = documentOf(plan) as { refusals: string[]; destination: object; source: { leased: object } };
  assert.equal(document.refusals.length, 3);
  assert.match(document.refusals[0] ?? "", /1 key \(.*leased\) .* lease/);
  assert.match(document.refusals[1] ?? "", /1 key \(.*volume-0000001\) have another value/);
  assert.match(document.refusals[2] ?? "", /1 key \(.*foreign\) are in the destination and not in the source/);
  assert.deepEqual(document.source.leased, { count: 1, first: [range.key("leased").toString()] });
  const text = await run("plan", range, "--leases", "copy-without");
  assert.match(text.stdout, /^Note: 1 key .* would be permanent in the copy\.$/m);
  assert(![plan, text].some(({ stdout, stderr }) => (stdout + stderr).includes(SECRET)));
});

test("plan and copy name a value that the destination would not take, and nothing is written", async () => {
  const range = freshRange();
  // Fits a put, as the source took it, and not a transaction with a guard.
  await scene.source.client.put(range.key("large")).value(Buffer.alloc(1.5 * 1024 * 1024 - 90, SECRET));
  const revisions = await revisionsOf(scene);
  const plan = await run("plan", range, "--json");
  assert.equal(plan.exitCode, 3, plan.stderr);
  const { refusals } = documentOf(plan) as { refusals: string[] };
  assert.equal(refusals.length, 1);
  assert.match(
    refusals[0] ?? "",
    /large \(a value of 1,572,774 bytes\).* --max-request-bytes=\d+ or more on every member/,
  );
  const copy = await run("copy", range);
  assert.equal(copy.exitCode, 3);
  assert.match(copy.stderr, /1 of the source's keys is too large .*large.*--max-request-bytes/);
  assert.match(copy.stderr, /Nothing was written/);
  assert.deepEqual(await revisionsOf(scene), revisions);
  assert(![plan, copy].some(({ stdout, stderr }) => (stdout + stderr).includes(SECRET)));
});

test("--json prints one document on standard output, with revisions as strings", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 7));
  const document = documentOf(await run("copy", range, "--json"));
  assert.equal(document.command, "copy");
  assert.equal(document.outcome, "done");
  assert.equal(document.exitCode, 0);
  assert.equal(document.keys, 7);
  assert.equal(document.keysAlreadyThere, 0);
  assert.match(String(document.sha256), /^[0-9a-f]{64}$/);
  for (const side of [document.source, document.destination] as Record<string, unknown>[]) {
    assert.match(String(side.revision), /^\d+$/);
    assert.equal(typeof side.revision, "string");
    assert.match(String(side.clusterId), /^\d+$/);
  }
});

async function run(action: string, range: { key(name: string): Buffer }, ...more: string[]): Promise<CommandRun> {
  return runCommand([action, ...scene.sides, "--prefix", range.key("").toString(), ...more]);
}

function documentOf({ stdout, stderr }: CommandRun): Record<string, unknown> {
  assert(stdout.startsWith("{"), stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function revisionsOf({ source, destination }: CommandScene): Promise<bigint[]> {
  return Promise.all([source, destination].map(async ({ store }) => (await store.status()).revision));
}
