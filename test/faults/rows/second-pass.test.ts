import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import type { CopiedChanges } from "../../../migration/copy/changes/copy-changes.ts";
import type { KeyValue } from "../../../migration/copy/store/key-value-store.ts";
import { FAULT_KINDS, type FaultKind } from "../../tcp-proxy.ts";
import { Copier } from "../copier-process.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";
import type { FirstPass } from "../second-pass.ts";

let pair: SidePair;
before(async () => {
  pair = await startPair();
});
after(() => pair.stop());

for (const kind of FAULT_KINDS) {
  test(`second pass, ${kind}: carries each change once, counts it once, and verifies`, async () => {
    const { state, first } = await firstPass();
    await changeSource(state);
    const [proxy] = pair.destination.proxies;
    assert(proxy);
    const before = proxy.fired[kind];
    for (const bytesToServer of THRESHOLDS) proxy.arm(faultAt(kind, bytesToServer));

    const copied = await state.copyChanges(first, { callDeadlineMilliseconds: 1_000 });

    assert(proxy.fired[kind] > before, `no ${kind} happened`);
    assert.deepEqual(countsOf(copied), CHANGES);
    await state.expectTrue(copied);
  });
}

test("second pass: a destination that is killed and comes back costs nothing", async () => {
  const { state, first } = await firstPass();
  await changeSource(state);
  const [proxy] = pair.destination.proxies;
  const [member] = pair.destination.cluster.members;
  assert(proxy && member);
  const restarts: Promise<void>[] = [];
  for (const bytesToServer of [30_000, 200_000]) {
    proxy.when({ bytesToServer }, () => {
      restarts.push(member.kill().then(() => member.restart()));
    });
  }

  const copied = await state.copyChanges(first, { callDeadlineMilliseconds: 1_000 });

  await Promise.all(restarts);
  assert(restarts.length > 0, "nothing was killed");
  assert.deepEqual(countsOf(copied), CHANGES);
  await state.expectTrue(copied);
});

test("second pass: killed at any point, the same pass run again completes it", async () => {
  const { state, first } = await firstPass();
  await changeSource(state);
  const copier = new Copier();
  const job = { source: pair.source.target, destination: pair.destination.target, prefix: state.prefix, first };
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  try {
    for (const bytesToServer of THRESHOLDS) {
      proxy.when({ bytesToServer }, () => {
        copier.kill();
      });
      assert.equal(await copier.run(job, 60_000), "killed", `the kill after ${bytesToServer} bytes did not come`);
      proxy.heal();
      await state.expectHarmless();
    }

    await state.markStart();
    const outcome = await copier.run(job, 60_000);

    assert(typeof outcome === "object" && outcome.success, inspect(outcome));
    await state.expectTrue(outcome);
  } finally {
    await copier.stop();
  }
});

test("second pass: what the source writes during it is not in it, and nothing else is missing", async () => {
  const { state, first } = await firstPass();
  await changeSource(state);
  let writing: Promise<void> | undefined;
  for (const proxy of pair.source.proxies) {
    proxy.when({ bytesToClient: 100_000 }, () => {
      writing ??= state.deleteAllFromSource(entries.slice(2_000, 2_100));
    });
  }

  const copied = await state.copyChanges(first);

  assert(writing !== undefined, "the source was not written to");
  await writing;
  await state.expectTrue(copied);
});

const foreignWrites: [string, KeyValue][] = [
  ["changed a key that the source changed, too", { key: keyOf("volume-000010"), value: Buffer.from("theirs") }],
  ["changed a key that the source deleted", { key: keyOf("volume-000700"), value: Buffer.from("theirs") }],
  ["changed a key that the source left alone", { key: keyOf("volume-002900"), value: Buffer.from("theirs") }],
  ["created a key that the source created, too", { key: keyOf("added-000003"), value: Buffer.from("theirs") }],
  ["created a key that the source does not have", { key: keyOf("theirs"), value: Buffer.from("theirs") }],
];
for (const [what, { key, value }] of foreignWrites) {
  test(`second pass: refused, and the key left, when another program ${what}`, async () => {
    const { state, first } = await firstPass();
    await changeSource(state);
    await state.putForeign(key, value);

    const error = await failureOf(state.copyChanges(first));

    assert.match(error.story, /CopyConflictError/);
    assert(error.story.includes(key.toString()), error.story);
    await state.expectHarmless();
    assert.deepEqual((await state.destinationNow()).keys.get(key.toString())?.value, value);
  });
}

test("second pass: a key that another program writes in its midst is refused, and left", async () => {
  const { state, first } = await firstPass();
  await changeSource(state);
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  let writing: Promise<void> | undefined;
  proxy.when({ bytesToServer: 10_000 }, () => {
    writing ??= state.putForeign(keyOf("added-000199"), Buffer.from("theirs"));
  });
  proxy.arm({ kind: "stall", after: { bytesToServer: 10_000 }, milliseconds: 300 });

  const error = await failureOf(state.copyChanges(first));

  assert(writing !== undefined, "nothing was written");
  await writing;
  assert.match(error.story, /CopyConflictError.*added-000199|CopyMismatchError.*added-000199/);
  await state.expectHarmless();
});

test("second pass: a source that was compacted after the first pass is read at a revision of its own", async () => {
  const { state, first } = await firstPass();
  await changeSource(state);
  await pair.source.gateway.compact(await pair.source.gateway.revision());

  const copied = await state.copyChanges(first);

  assert(copied.sourceRevision > first.sourceRevision);
  assert.deepEqual(countsOf(copied), CHANGES);
  await state.expectTrue(copied);
});

test("second pass: a few changes are found by their revisions, and a deletion among them by the number of keys", async () => {
  for (const deleted of [0, 1]) {
    const { state, first } = await firstPass();
    await state.putAllInSource(withValue([...entries.slice(10, 13), { key: keyOf("added-000001") }], "changed"));
    await state.deleteAllFromSource(entries.slice(500, 500 + deleted));

    const copied = await state.copyChanges(first);

    assert.deepEqual(countsOf(copied), { created: 1, replaced: 3, deleted });
    await state.expectTrue(copied);
  }
});

test("second pass: few changes, and a destination whose connections break, carry each change once", async () => {
  const { state, first } = await firstPass();
  await state.putAllInSource(withValue(entries.slice(10, 200), "changed"));
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  const before = proxy.fired.reset;
  proxy.arm(faultAt("reset", 5_000));
  const copied = await state.copyChanges(first, { callDeadlineMilliseconds: 1_000 });
  assert(proxy.fired.reset > before);
  assert.deepEqual(countsOf(copied), { created: 0, replaced: 190, deleted: 0 });
  await state.expectTrue(copied);
});

test("second pass: nothing is written when nothing changed", async () => {
  const { state, first } = await firstPass();
  const before = await pair.destination.gateway.revision();

  const copied = await state.copyChanges(first);

  assert.deepEqual(countsOf(copied), { created: 0, replaced: 0, deleted: 0 });
  assert.equal(await pair.destination.gateway.revision(), before);
  await state.expectTrue(copied);
});

/** Spread over what the second pass sends. */
const THRESHOLDS = [20_000, 120_000, 250_000];

const entries = numbered(3_000);
const CHANGES = { created: 200, replaced: 700, deleted: 300 };

async function firstPass(): Promise<{ state: KnownState; first: FirstPass }> {
  const state = await KnownState.begin(pair, entries);
  return { state, first: await state.copy() };
}

/** Overwrites 600 keys, deletes 300, deletes and creates anew 100, creates 200: CHANGES as a copy has to see it. */
async function changeSource(state: KnownState): Promise<void> {
  const renewed = entries.slice(1_500, 1_600);
  await state.putAllInSource(withValue(entries.slice(0, 600), "overwritten"));
  await state.deleteAllFromSource([...entries.slice(600, 900), ...renewed]);
  await state.putAllInSource(withValue(renewed, "created anew"));
  const added = Array.from({ length: 200 }, (_, index) => keyOf(`added-${String(index).padStart(6, "0")}`));
  await state.putAllInSource(
    withValue(
      added.map((key) => ({ key })),
      "added",
    ),
  );
}

function withValue(keys: readonly { readonly key: Buffer }[], text: string): KeyValue[] {
  return keys.map(({ key }) => ({ key, value: Buffer.alloc(256, `${text} ${key.toString()} `) }));
}

function faultAt(kind: FaultKind, bytesToServer: number) {
  return { kind, after: { bytesToServer }, milliseconds: 1_500 };
}

function countsOf({ created, replaced, deleted }: CopiedChanges) {
  return { created, replaced, deleted };
}
