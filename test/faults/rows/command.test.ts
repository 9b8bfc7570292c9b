import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

const COMMAND = path.resolve(import.meta.dirname, "../../../migration/cli/trident-etcd.js");

let pair: SidePair;
let state: KnownState;
let directory: string;
before(async () => {
  pair = await startPair();
  directory = await mkdtemp(path.join(tmpdir(), "command-rows-"));
});
after(async () => {
  await rm(directory, { recursive: true, force: true });
  await pair.stop();
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`row 10: ${signal} drains, says where the copy stands, and the next run completes`, async () => {
    state = await KnownState.begin(pair, numbered(16_000));
    const [proxy] = pair.destination.proxies;
    assert(proxy);
    const command = run(words());
    proxy.when({ bytesToServer: 400_000 }, () => command.child.kill(signal));

    const stopped = await command.ended;

    assert.equal(stopped.exitCode, 5, stopped.output);
    assert.match(stopped.output, /\d+ (of \d+ )?keys/);
    const { keys } = await state.destinationNow();
    assert(keys.size > 0 && keys.size < 16_000, `${keys.size} keys were there when it stopped`);
    await state.expectHarmless();
    assert.equal((await run(words()).ended).exitCode, 0);
    assert.equal((await state.destinationNow()).keys.size, 16_000);
    await state.expectHarmless();
  });
}

test("row 22: a certificate file that is missing is refused by name, and nothing is dialled", async () => {
  await refusesUndialled({ "--to-cacert": path.join(directory, "absent.crt") }, /absent\.crt/);
});

test("row 22: a certificate file that cannot be read is refused by name, and nothing is dialled", async () => {
  await refusesUndialled({ "--to-cert": directory }, new RegExp(path.basename(directory)));
});

test("row 25: a key without its certificate is refused before anything is dialled", async () => {
  await refusesUndialled({ "--to-cert": undefined }, /--to-cert/);
});

test("row 25: http mixed with https is refused before anything is dialled", async () => {
  const { port } = pair.destination.target.addresses[0] ?? { port: 0 };
  await refusesUndialled({ "--to": `https://127.0.0.1:${port},http://127.0.0.1:${port}` }, /http/);
});

test("row 37: a full disk for the report is an error, and the destination is consistent", async () => {
  state = await KnownState.begin(pair, numbered(500));
  const full = await open("/dev/full", "w");
  try {
    const ended = await run([...words(), "--json"], full.fd).ended;
    assert.notEqual(ended.exitCode, 0);
    assert.match(ended.output, /ENOSPC|cannot be written/);
  } finally {
    await full.close();
  }
  await state.expectHarmless();
  assert.equal((await run(words()).ended).exitCode, 0);
  assert.equal((await state.destinationNow()).keys.size, 500);
});

function words(changes: Readonly<Record<string, string | undefined>> = {}): string[] {
  const { source, destination } = pair;
  const flags: Record<string, string | undefined> = {
    "--prefix": "/state/",
    "--from": `https://127.0.0.1:${source.target.addresses[0]?.port ?? 0}`,
    "--from-cacert": source.cluster.authority.certificateFile,
    "--from-cert": source.cluster.clientCertificate.certificateFile,
    "--from-key": source.cluster.clientCertificate.privateKeyFile,
    "--to": `https://127.0.0.1:${destination.target.addresses[0]?.port ?? 0}`,
    "--to-cacert": destination.cluster.authority.certificateFile,
    "--to-cert": destination.cluster.clientCertificate.certificateFile,
    "--to-key": destination.cluster.clientCertificate.privateKeyFile,
    ...changes,
  };
  return ["copy", ...Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))];
}

function run(commandWords: readonly string[], standardOutput: "pipe" | number = "pipe") {
  const child = spawn(process.execPath, [COMMAND, ...commandWords], { stdio: ["ignore", standardOutput, "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = once(child, "close").then(() => ({ exitCode: child.exitCode, output }));
  return { child, ended };
}

async function refusesUndialled(changes: Readonly<Record<string, string | undefined>>, reason: RegExp): Promise<void> {
  let dialled = 0;
  for (const { proxies } of [pair.source, pair.destination]) {
    for (const proxy of proxies) {
      proxy.heal();
      proxy.when({ bytesToServer: 1 }, () => (dialled += 1));
    }
  }
  const ended = await run(words(changes)).ended;
  assert.equal(ended.exitCode, 2, ended.output);
  assert.match(ended.output, reason);
  assert.equal(dialled, 0);
}
