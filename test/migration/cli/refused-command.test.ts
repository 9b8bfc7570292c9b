import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { freePort } from "../../etcd-process.ts";
import { contents, freshRange, identityOf, numbered, putLeased, seed } from "../copy/copy-scene.ts";
import { runCommand, type CommandRun } from "./command-process.ts";
import { startScene, withFlag, withoutFlag, type CommandScene } from "./command-scene.ts";

const SECRET = "the-secret-value";

let scene: CommandScene;
let stranger: CertificateAuthority;
before(async () => {
  [scene, stranger] = await Promise.all([startScene(), createAuthority("stranger")]);
});
after(async () => {
  await Promise.all([scene.stop(), stranger.remove()]);
});

test("a source without keys is refused unless that is said to be right", async () => {
  const range = freshRange();
  await refused(range, "copy", [], 3, /the source has no key under \/test-\d+\//);
  await refused(range, "verify", [], 3, /the source has no key under/);
  const allowed = await run(range, "copy", ["--allow-empty"]);
  assert.equal(allowed.exitCode, 0, allowed.stderr);
  assert.match(allowed.stdout, /^Copied and verified: 0 keys/m);
});

test("keys with a lease are refused with their number, unless they are to be copied without it", async () => {
  const range = freshRange();
  await putLeased(scene.source, { key: range.key("leased"), value: Buffer.from(SECRET) });
  await refused(range, "copy", [], 3, /1 .*lease.*\/test-\d+\/leased/);
  const allowed = await run(range, "copy", ["--leases", "copy-without"]);
  assert.equal(allowed.exitCode, 0, allowed.stderr);
  const [copied] = await contents(scene.destination.store, range);
  assert.equal(copied?.lease, 0n);
  assert.equal((await run(range, "verify", [])).exitCode, 4);
  assert.equal((await run(range, "verify", ["--leases", "copy-without"])).exitCode, 0);
});

test("a destination with other keys, or other values, is refused and left as it is", async () => {
  for (const name of ["foreign", "volume-0000001"]) {
    const range = freshRange();
    await seed(scene.source.store, numbered(range, 5));
    await seed(scene.destination.store, [{ key: range.key(name), value: Buffer.from(SECRET) }]);
    await refused(range, "copy", [], 3, new RegExp(`/test-\\d+/${name}`));
  }
});

test("source and destination being one etcd is refused", async () => {
  const range = freshRange();
  await seed(scene.source.store, numbered(range, 2));
  const from = scene.sides.slice(0, scene.sides.indexOf("--to"));
  const same = [...from, ...from.map((word) => word.replace(/^--from/, "--to"))];
  for (const action of ["plan", "copy", "verify"]) {
    const { exitCode, stderr } = await runCommand([action, ...same, "--prefix", range.key("").toString()]);
    assert.equal(exitCode, 3, stderr);
    assert.match(stderr, /source and destination are the same etcd cluster/);
  }
});

test("a CA that did not sign the server's certificate, and a wrong name, are named with the endpoint", async () => {
  const range = freshRange();
  const otherCa = withFlag(scene.sides, "--to-cacert", stranger.certificateFile);
  await refused(
    range,
    "copy",
    otherCa,
    3,
    /the destination, etcd at https:\/\/127\.0\.0\.1:\d+: .*not signed by the CA/,
  );
  const otherName = withFlag(scene.sides, "--from-server-name", "another.test");
  await refused(range, "copy", otherName, 3, /the source, .*not for the name another\.test/);
});

test("a client certificate that the server does not accept is named", async () => {
  const range = freshRange();
  const issued = await stranger.issue({ commonName: "stranger", usages: ["clientAuth"] });
  const sides = withFlag(withFlag(scene.sides, "--to-cert", issued.certificateFile), "--to-key", issued.privateKeyFile);
  await refused(range, "copy", sides, 3, /rejected the client certificate/);
});

test("files that are missing, no PEM, or do not belong together are named with their flag before anything is dialled", async () => {
  const range = freshRange();
  const missing = join(scene.directory, "missing.pem");
  await refused(
    range,
    "copy",
    withFlag(scene.sides, "--to-key", missing),
    2,
    /--to-key: the file .*missing\.pem does not exist/,
  );
  const text = join(scene.directory, "text.pem");
  await writeFile(text, SECRET);
  await refused(
    range,
    "copy",
    withFlag(scene.sides, "--from-cert", text),
    2,
    /--from-cert: the client certificate holds no PEM/,
  );
  const otherKey = withFlag(scene.sides, "--from-key", join(scene.directory, "to-key.pem"));
  await refused(range, "copy", otherKey, 2, /--from-key: .*does not belong to the client certificate/);
  await refused(range, "copy", withoutFlag(scene.sides, "--from-cert"), 2, /--from-key is given without/);
});

test("an etcd that is not there is a failure, not a refusal", async () => {
  const range = freshRange();
  const url = `https://127.0.0.1:${await freePort()}`;
  await refused(
    range,
    "copy",
    withFlag(scene.sides, "--to", url),
    1,
    /the destination, etcd at .* cannot be reached: connect ECONNREFUSED/,
  );
});

test("a wrong command line ends with 2, in JSON too when that is asked for", async () => {
  const wrong = await runCommand(["copy", ...scene.sides, "--prefix", "/x/", "--jsno"]);
  assert.equal(wrong.exitCode, 2);
  assert.equal(wrong.stdout, "");
  assert.match(wrong.stderr, /^trident-etcd: there is no flag --jsno\. Is it --json\?\nSee trident-etcd --help\n$/);
  const json = await runCommand(["copy", "--json"]);
  assert.equal(json.exitCode, 2);
  const document = JSON.parse(json.stdout) as { outcome: string; error: { name: string; message: string } };
  assert.equal(document.outcome, "usage");
  assert.equal(document.error.name, "UsageError");
  assert.match(document.error.message, /--from is missing/);
});

test("help and version go to standard output", async () => {
  const help = await runCommand(["--help"]);
  assert.equal(help.exitCode, 0);
  assert.equal(help.stderr, "");
  assert.match(help.stdout, /^Usage: trident-etcd COMMAND/m);
  const version = await runCommand(["--version"]);
  assert.match(version.stdout, /^trident-etcd \d+\.\d+\.\d+\n$/);
});

test("a result that cannot be written is a failure, a reader that stops reading is none", () => {
  const launcher = fileURLToPath(new URL("../../../migration/cli/trident-etcd.js", import.meta.url));
  const shell = (redirection: string) =>
    spawnSync("bash", ["-o", "pipefail", "-c", `"$0" "$1" --help ${redirection}`, process.execPath, launcher], {
      encoding: "utf8",
    });
  const full = shell("> /dev/full");
  assert.equal(full.status, 1);
  assert.match(full.stderr, /cannot be written to standard output \(ENOSPC/);
  assert.equal(shell("| true").status, 0);
});

type Range = ReturnType<typeof freshRange>;

/** `sides` may be further flags, or a whole other set that begins with `--from`. */
function run(range: Range, action: string, sides: readonly string[]): Promise<CommandRun> {
  const flags = sides[0] === "--from" ? sides : [...scene.sides, ...sides];
  return runCommand([action, ...flags, "--prefix", range.key("").toString()]);
}

/** The command ends with the code and the message, shows no value, and has written nothing. */
async function refused(
  range: Range,
  action: string,
  sides: readonly string[],
  exitCode: number,
  message: RegExp,
): Promise<void> {
  const before = identityOf(await contents(scene.destination.store, range));
  const result = await run(range, action, sides);
  assert.equal(result.exitCode, exitCode, result.stderr);
  assert.match(result.stderr, message);
  assert.equal(result.stdout, "");
  assert(!result.stderr.includes(SECRET));
  assert(!result.stderr.includes("PRIVATE KEY"));
  assert.deepEqual(identityOf(await contents(scene.destination.store, range)), before);
}
