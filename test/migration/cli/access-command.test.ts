import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort, startEtcd, type EtcdProcess } from "../../etcd-process.ts";
import { numbered, seed } from "../copy/copy-scene.ts";
import { runCommand } from "./command-process.ts";
import { flagsFor, startScene, withFlag, withoutFlag, type CommandScene } from "./command-scene.ts";

const PASSWORD = "the-secret-password";
const KEYS = ["--prefix", "/keys/"];

let scene: CommandScene;
before(async () => {
  scene = await startScene();
  await seed(scene.source.store, numbered({ key: (name) => Buffer.from(`/keys/${name}`) }, 5));
});
after(async () => {
  await scene.stop();
});

test("where one URL of a list leads nowhere, another one is used", async () => {
  const dead = `https://127.0.0.1:${await freePort()}`;
  const live = `https://127.0.0.1:${scene.source.port}`;
  const plan = await runCommand(["plan", ...withFlag(scene.sides, "--from", `${dead},${live}`), ...KEYS]);
  assert.equal(plan.exitCode, 0, plan.stderr);
  assert.match(plan.stdout, /^A copy would write 5 keys/m);
});

test("an etcd that asks for no client certificate is reached with the CA alone, under the URL's own name", async () => {
  const open = await startEtcd({ extraArguments: ["--client-cert-auth=false", "--trusted-ca-file="] });
  const flags = ["cert", "key", "server-name"].reduce(
    (words, name) => withoutFlag(words, `--to-${name}`),
    await flagsFor("to", open, scene.directory),
  );
  const plan = await runCommand(["plan", ...fromFlags(), ...flags, ...KEYS]);
  await open.stop();
  assert.equal(plan.exitCode, 0, plan.stderr);
  assert.match(plan.stdout, /^A copy would write 5 keys/m);
});

test("a user's password is taken from the environment or a file, and shown nowhere", async () => {
  const guarded = await startEtcd();
  await enableAuthentication(guarded);
  const passwordFile = join(scene.directory, "password");
  await writeFile(passwordFile, `${PASSWORD}\n`);
  const words = ["copy", ...fromFlags(), ...(await flagsFor("to", guarded, scene.directory)), ...KEYS];
  const asRoot = [...words, "--to-user", "root"];
  const wrong = await runCommand(asRoot, { TRIDENT_ETCD_TO_PASSWORD: `not-${PASSWORD}` });
  const absent = await runCommand(asRoot);
  const fromEnvironment = await runCommand(asRoot, { TRIDENT_ETCD_TO_PASSWORD: PASSWORD });
  const fromFile = await runCommand([...asRoot, "--to-password-file", passwordFile]);
  await guarded.stop();

  assert.equal(wrong.exitCode, 3, wrong.stderr);
  assert.match(wrong.stderr, /the destination, etcd at .* access refused: .*authentication failed/);
  assert.equal(absent.exitCode, 2);
  assert.match(absent.stderr, /--to-user needs a password/);
  assert.equal(fromEnvironment.exitCode, 0, fromEnvironment.stderr);
  assert.match(fromEnvironment.stdout, /^written +5 by this run/m);
  assert.equal(fromFile.exitCode, 0, fromFile.stderr);
  assert(![wrong, absent, fromEnvironment, fromFile].some((run) => (run.stdout + run.stderr).includes(PASSWORD)));
});

test("plaintext works where it is permitted in so many words", async () => {
  const port = await freePort();
  const plain = await startEtcd({ extraArguments: [`--listen-client-urls=http://127.0.0.1:${port}`] });
  const words = ["plan", ...fromFlags(), "--to", `http://127.0.0.1:${port}`, ...KEYS];
  const refused = await runCommand(words);
  const permitted = await runCommand([...words, "--insecure-plaintext"]);
  await plain.stop();
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /--to is http:\/\/: every value would cross the network readable/);
  assert.equal(permitted.exitCode, 0, permitted.stderr);
});

test("an etcd that takes the connection and never answers is given up", async () => {
  process.kill(scene.destination.pid, "SIGSTOP");
  const plan = await runCommand(["plan", ...scene.sides, ...KEYS, "--timeout", "500ms"]);
  process.kill(scene.destination.pid, "SIGCONT");
  assert.equal(plan.exitCode, 1);
  assert.match(plan.stderr, /the destination, etcd at .*: no answer within 500 ms/);
});

function fromFlags(): readonly string[] {
  return scene.sides.slice(0, scene.sides.indexOf("--to"));
}

async function enableAuthentication({ client }: EtcdProcess): Promise<void> {
  await client.auth.userAdd({ name: "root", password: PASSWORD });
  await client.auth.roleAdd({ name: "root" });
  await client.auth.userGrantRole({ user: "root", role: "root" });
  await client.auth.authEnable();
}
