import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { EtcdTarget } from "../../../migration/etcd/etcd-target.ts";
import { copyNow } from "../copy-now.ts";
import { failureOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";
import { readWithEtcdctl } from "../read-with-etcdctl.ts";

let pair: SidePair;
let state: KnownState;
const root = ["--user=root:root-password"];
const range = prefixRange("/state/");

/** The destination wants a user: `copier` for the prefix, `reader` who may not write, `elsewhere` for another prefix. */
before(async () => {
  pair = await startPair({ destination: { extraArguments: ["--auth-token-ttl=1"] } });
  state = await KnownState.begin(pair, numbered(4_000));
  const { etcdctl } = pair.destination.cluster;
  await etcdctl("user", "add", "root:root-password");
  await etcdctl("user", "grant-role", "root", "root");
  for (const [user, kind, prefix] of [
    ["copier", "readwrite", "/state/"],
    ["reader", "read", "/state/"],
    ["elsewhere", "readwrite", "/elsewhere/"],
  ] as const) {
    await etcdctl("role", "add", user);
    await etcdctl("role", "grant-permission", user, "--prefix=true", kind, prefix);
    await etcdctl("user", "add", `${user}:password`);
    await etcdctl("user", "grant-role", user, user);
  }
  await etcdctl("auth", "enable");
});
after(() => pair.stop());

test("row 32: a user without permission to write is refused, and the range is named", async () => {
  await refuses("reader");
});

test("row 32: a user without permission to read is refused, and the range is named", async () => {
  await refuses("elsewhere");
});

test("row 32: a wrong password is refused", async () => {
  const error = await failureOf(copyNow(pair.source.target, as("copier", "wrong"), { range }));
  assert.match(error.story, /access refused|password|authentication/i);
});

test("row 31: a token that expires and an auth revision that changes in the midst of a copy are outlasted", async () => {
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  let changing: Promise<unknown> | undefined;
  // The stall is longer than the token's life, and longer than the change of users takes.
  proxy.arm({ kind: "stall", after: { bytesToServer: 300_000 }, milliseconds: 3_000 });
  proxy.when({ bytesToServer: 600_000 }, () => {
    changing = pair.destination.cluster.etcdctl(...root, "user", "add", "another:password");
  });

  const copied = await copyNow(pair.source.target, as("copier"), { range });

  assert.equal(proxy.fired.stall, 1);
  assert(changing !== undefined, "the users did not change");
  await changing;
  const { etcdctl } = pair.destination.cluster;
  const asRoot = { ...pair.destination.cluster, etcdctl: (...words: readonly string[]) => etcdctl(...root, ...words) };
  const found = await readWithEtcdctl(asRoot, copied.destinationRevision);
  const wanted = state.sourceRecord.stateAt(copied.sourceRevision);
  assert.equal(found?.keys.size, wanted.size);
  for (const [name, value] of wanted) {
    const key = found.keys.get(name);
    assert(key?.value.equals(value) === true, name);
    assert.equal(key.version, 1n, name);
  }
});

async function refuses(username: string): Promise<void> {
  const error = await failureOf(copyNow(pair.source.target, as(username), { range }));
  assert.match(error.story, /access refused|permission/);
  assert.match(error.story, /\/state\//);
}

function as(username: string, password = "password"): EtcdTarget {
  return { ...pair.destination.target, credentials: { username, password } };
}
