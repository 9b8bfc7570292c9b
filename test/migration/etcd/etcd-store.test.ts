import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isAnswerTooLarge } from "../../../migration/copy/store/store-error.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { StoredKeyValue } from "../../../migration/copy/store/key-value-store.ts";
import { withRetries } from "../../../migration/copy/store/retry.ts";
import {
  EtcdCompactedError,
  EtcdDeadlineError,
  EtcdPermissionError,
  EtcdRequestTooLargeError,
  EtcdUnreachableError,
} from "../../../migration/etcd/errors.ts";
import { connectEtcd, type EtcdStore } from "../../../migration/etcd/etcd-store.ts";
import { freePort, startEtcd, type EtcdProcess } from "../../etcd-process.ts";

/** What an entry tells, without where it lies. */
function plain({ key, value, createRevision, modRevision, lease }: StoredKeyValue): StoredKeyValue {
  return { key, value, createRevision, modRevision, lease };
}

let etcd: EtcdProcess;
let store: EtcdStore;
before(async () => {
  etcd = await startEtcd();
  store = etcd.store;
});
after(() => etcd.stop());

test("says which cluster it is, its version and its revision", async () => {
  const status = await store.status();
  await store.createAll([{ key: Buffer.from("/status/a"), value: Buffer.from("1") }]);

  assert.match(status.clusterId, /^\d+$/);
  assert.match(status.version, /^3\.\d+\.\d+$/);
  assert.ok(status.databaseBytes >= 4096, `its database takes ${status.databaseBytes} bytes`);
  assert.equal((await store.status()).revision, status.revision + 1n);
});

test("reads pages in key order, at a revision, with keys only or the count only", async () => {
  const range = prefixRange("/pages/");
  const entries = ["b", "a", "c"].map((name) => ({ key: Buffer.from(`/pages/${name}`), value: Buffer.from(name) }));
  await store.createAll(entries);
  const { revision } = await store.status();
  await store.createAll([{ key: Buffer.from("/pages/d"), value: Buffer.from("later") }]);

  const page = await store.range({ ...range, revision, limit: 2 });
  const keys = await store.range({ ...range, revision, keysOnly: true });
  const count = await store.range({ ...range, countOnly: true });

  assert.deepEqual(
    page.entries.map(({ key, value }) => `${key.toString()} ${value.toString()}`),
    ["/pages/a a", "/pages/b b"],
  );
  assert.equal(page.more, true);
  assert.equal(page.count, 3);
  assert.equal(page.revision, revision + 1n);
  assert.deepEqual(
    page.entries.map(({ createRevision, modRevision, lease }) => [createRevision, modRevision, lease]),
    [
      [revision, revision, 0n],
      [revision, revision, 0n],
    ],
  );
  assert.deepEqual(
    keys.entries.map(({ value }) => value.length),
    [0, 0, 0],
  );
  assert.equal(keys.more, false);
  assert.deepEqual({ entries: count.entries, count: count.count }, { entries: [], count: 4 });
});

test("creates all keys or none, and answers with those that exist", async () => {
  const range = prefixRange("/create/");
  const existing = { key: Buffer.from("/create/b"), value: Buffer.of(0, 0xff) };
  const first = await store.createAll([existing]);
  assert(first.created);

  const second = await store.createAll([{ key: Buffer.from("/create/a"), value: Buffer.from("1") }, existing]);

  assert(!second.created);
  assert.deepEqual(second.existing.map(plain), [
    { ...existing, createRevision: first.revision, modRevision: first.revision, lease: 0n },
  ]);
  assert.equal((await store.range({ ...range, countOnly: true })).count, 1);
});

test("creates more keys than a transaction takes at one revision, unless anything lies between the first and the last", async () => {
  const range = prefixRange("/run/");
  const entries = Array.from({ length: 300 }, (_, index) => ({
    key: Buffer.from(`/run/${String(index).padStart(3, "0")}`),
    value: Buffer.from(String(index)),
  }));

  const revision = await store.createRun(entries);

  const { entries: stored } = await store.range(range);
  assert.deepEqual(
    stored.map(plain),
    entries.map((entry) => ({ ...entry, createRevision: revision, modRevision: revision, lease: 0n })),
  );
  const between = Array.from({ length: 300 }, (_, index) => ({
    key: Buffer.from(`/run/${String(index + 200).padStart(3, "0")}-new`),
    value: Buffer.from("new"),
  }));
  assert.equal(await store.createRun(between), undefined);
  assert.equal((await store.range({ ...range, countOnly: true })).count, 300);
});

test("asking for permission to write a range changes nothing in it", async () => {
  const range = prefixRange("/probe/");
  await store.createAll([{ key: Buffer.from("/probe/a"), value: Buffer.from("1") }]);
  const { revision } = await store.status();

  assert.equal(await store.allowsRuns(range), true);

  assert.equal((await store.status()).revision, revision);
  assert.equal((await store.range({ ...range, countOnly: true })).count, 1);
});

test("deletes just the keys that still have their revision, more than fit in one transaction", async () => {
  const range = prefixRange("/delete/");
  const names = Array.from({ length: 100 }, (_, index) => `/delete/${String(index)}`);
  const created = await store.createAll(names.map((name) => ({ key: Buffer.from(name), value: Buffer.from("1") })));
  assert(created.created);
  await etcd.client.put("/delete/7").value("changed").exec();

  const deleted = await store.deleteUnchanged(
    names.map((name) => ({ key: Buffer.from(name), modRevision: created.revision })),
  );

  assert.equal(deleted, 99);
  const left = await store.range(range);
  assert.deepEqual(
    left.entries.map(({ key }) => key.toString()),
    ["/delete/7"],
  );
});

test("carries a value of 1 MiB in a guarded transaction; a larger one than etcd takes is named as that", async () => {
  const key = Buffer.from("/large/a");
  const value = Buffer.alloc(1024 * 1024, "large");
  assert((await store.createAll([{ key, value }])).created);
  assert((await store.range(prefixRange("/large/"))).entries[0]?.value.equals(value));

  const tooLarge = { key: Buffer.from("/large/b"), value: Buffer.alloc(2 * 1024 * 1024) };
  await assert.rejects(store.createAll([tooLarge]), EtcdRequestTooLargeError);
});

test("an answer above the receive limit is one that a smaller page can help", async () => {
  for (let index = 0; index < 33; index += 1) {
    await store.createAll([{ key: Buffer.from(`/huge/${String(index)}`), value: Buffer.alloc(1024 * 1024) }]);
  }
  await assert.rejects(store.range(prefixRange("/huge/")), isAnswerTooLarge);
  assert.equal((await store.range({ ...prefixRange("/huge/"), limit: 20 })).entries.length, 20);
});

test("says so when the revision was compacted away", async () => {
  const { revision } = await store.status();
  await etcd.client.put("/compacted/a").value("1").exec();
  await etcd.client.kv.compact({ revision: (revision + 1n).toString() });
  await assert.rejects(store.range({ ...prefixRange("/compacted/"), revision }), EtcdCompactedError);
});

test("a port that nothing listens on is unreachable, with the endpoint and the system's word, not a TLS failure", async () => {
  const port = await freePort();
  const addresses = [{ host: "127.0.0.1", port }];
  for (const { target, scheme } of [
    { target: { ...etcd.target, addresses }, scheme: "https" },
    { target: { addresses }, scheme: "http" },
  ]) {
    const unreachable = connectEtcd(target);
    await assert.rejects(unreachable.status(), (error: Error) => {
      assert(error instanceof EtcdUnreachableError);
      assert.equal(error.endpoint, `${scheme}://127.0.0.1:${port}`);
      assert.match(error.message, /ECONNREFUSED/);
      assert.equal(error.kind, "transient");
      return true;
    });
    unreachable.close();
  }
});

test("a server that stops answering ends in the call's deadline, and answers again afterwards", async () => {
  const impatient = connectEtcd(etcd.target, { callDeadlineMilliseconds: 500 });
  await impatient.status();
  process.kill(etcd.pid, "SIGSTOP");
  // All its threads are to stand still first.
  await sleep(100);
  try {
    await assert.rejects(impatient.status(), (error: Error) => {
      assert(error instanceof EtcdDeadlineError);
      assert.match(error.message, /no answer within 500 ms/);
      return true;
    });
  } finally {
    process.kill(etcd.pid, "SIGCONT");
  }
  assert.match((await store.status()).version, /^3\./);
  impatient.close();
});

test("calls after close fail and say where", async () => {
  const closed = connectEtcd(etcd.target);
  closed.close();
  await assert.rejects(closed.status(), new RegExp(`etcd at https://127.0.0.1:${etcd.port}`));
});

test("asks every member for its hash, and a single one for none", async () => {
  const [address] = etcd.target.addresses;
  assert(address);
  const nobody = { ...address, port: await freePort() };
  const members = connectEtcd({ ...etcd.target, addresses: [address, address, nobody] });
  // A revision that was just compacted has no hash.
  await store.createAll([{ key: Buffer.from("/hashes/a"), value: Buffer.from("1") }]);
  const { clusterId, revision } = await store.status();

  const hashes = await members.memberHashes(revision);
  members.close();

  assert.equal(hashes.length, 2, "one of the three does not answer");
  assert.deepEqual(hashes[0], hashes[1]);
  assert.equal(hashes[0]?.clusterId, clusterId);
  assert.deepEqual(await store.memberHashes(revision), []);
});

test("logs in with a user name and a password, again when its login is forgotten, and names the keys it may not touch", async () => {
  const guarded = await startEtcd({ extraArguments: ["--auth-token-ttl=1"] });
  const { auth } = guarded.client;
  for (const [name, password] of [
    ["root", "root-password"],
    ["copier", "copier-password"],
  ] as const) {
    await auth.userAdd({ name, password });
    await auth.roleAdd({ name });
    await auth.userGrantRole({ user: name, role: name });
  }
  const [key, rangeEnd] = [Buffer.from("/mine/"), Buffer.from("/mine0")];
  await auth.roleGrantPermission({ name: "copier", perm: { permType: "Readwrite", key, range_end: rangeEnd } });
  await auth.authEnable();
  const [right, wrong] = ["copier-password", "another"].map((password) =>
    connectEtcd({ ...guarded.target, credentials: { username: "copier", password } }),
  );
  assert(right && wrong);

  assert((await right.createAll([{ key: Buffer.from("/mine/a"), value: Buffer.from("1") }])).created);
  await sleep(3_000);
  const page = await withRetries(() => right.range(prefixRange("/mine/")), {});
  const forbidden: unknown = await right.range(prefixRange("/theirs/")).catch((error: unknown) => error);
  const refused: unknown = await wrong.range(prefixRange("/mine/")).catch((error: unknown) => error);
  const nobody: unknown = await guarded.store.range(prefixRange("/mine/")).catch((error: unknown) => error);
  right.close();
  wrong.close();
  await guarded.stop();

  assert.equal(page.entries.length, 1);
  for (const error of [forbidden, refused, nobody]) {
    assert(error instanceof EtcdPermissionError, String(error));
    assert.doesNotMatch(error.message, /copier-password|another/);
  }
  assert.match(String(forbidden), /reading the keys from \/theirs\/ to \/theirs0/);
});
