import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { verifyCopy } from "../../../migration/copy/compare/verify-copy.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { copyNow } from "../copy-now.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
before(async () => {
  pair = await startPair();
});
after(() => pair.stop());

test("row 17: a foreign key under the prefix is refused by name, and nothing is written", async () => {
  const state = await KnownState.begin(pair, numbered(500));
  await state.putForeign(keyOf("another-program"), Buffer.from("its value"));
  await refusesUnwritten(state, /another-program/);
});

test("row 18: the same key with another value is named, and the destination left as it was", async () => {
  const state = await KnownState.begin(pair, numbered(500));
  await state.putForeign(keyOf("volume-000400"), Buffer.from("another value"));
  await refusesUnwritten(state, /volume-000400/);
});

test("row 19: a key that another program writes before the copy comes to it is a conflict, never a success", async () => {
  const state = await KnownState.begin(pair, numbered(4_000));
  const error = await disturbed(state, () =>
    state.putForeign(keyOf("volume-003999"), Buffer.from("another program's")),
  );
  assert.match(error.story, /volume-003999/);
  await state.expectHarmless();
});

test("row 19: a key that another program changes after the copy wrote it is a mismatch, never a success", async () => {
  const state = await KnownState.begin(pair, numbered(4_000));
  const error = await disturbed(state, () =>
    state.putForeign(keyOf("volume-000003"), Buffer.from("another program's")),
  );
  assert.match(error.story, /volume-000003/);
  await state.expectHarmless();
});

test("row 19: a key that another program adds under the prefix is a mismatch, never a success", async () => {
  const state = await KnownState.begin(pair, numbered(4_000));
  const error = await disturbed(state, () => state.putForeign(keyOf("added"), Buffer.from("another program's")));
  assert.match(error.story, /added/);
  await state.expectHarmless();
});

test("row 21: a copy from a cluster to itself is refused, and nothing is written", async () => {
  const state = await KnownState.begin(pair, numbered(100));
  const before = await pair.source.gateway.revision();
  const { target } = pair.source;

  const error = await failureOf(copyNow(target, target, { range: prefixRange(state.prefix) }));

  assert.match(error.story, /same (etcd )?(cluster|etcd)|one and the same/i);
  assert.equal(await pair.source.gateway.revision(), before);
});

test("row 34: a byte flipped, a key removed and a key added before the verification are each listed", async () => {
  const state = await KnownState.begin(pair, numbered(2_000));
  const { sourceRevision } = await state.copy();
  const { gateway } = pair.destination;
  const flipped = Buffer.alloc(256, "value of 777 ");
  flipped[200] = (flipped[200] ?? 0) ^ 1;
  await gateway.put(keyOf("volume-000777"), flipped);
  await gateway.delete(keyOf("volume-000888"));
  await gateway.put(keyOf("volume-000999x"), Buffer.from("added"));
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];

  const error = await failureOf(verifyCopy({ source, destination, range: prefixRange(state.prefix), sourceRevision }));
  source.close();
  destination.close();

  for (const name of ["volume-000777", "volume-000888", "volume-000999x"]) {
    assert(error.message.includes(`/state/${name}`), error.message);
  }
});

async function refusesUnwritten(state: KnownState, reason: RegExp): Promise<void> {
  const before = await pair.destination.gateway.revision();
  const error = await failureOf(state.copy());
  assert.match(error.story, reason);
  assert.equal(await pair.destination.gateway.revision(), before, "something was written");
  await state.expectHarmless();
}

/** What the copy ends with when another program acts in its midst: the traffic waits until that has happened. */
async function disturbed(state: KnownState, act: () => Promise<void>) {
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  let acting: Promise<void> | undefined;
  proxy.when({ bytesToServer: 500_000 }, () => {
    acting = act();
  });
  proxy.arm({ kind: "stall", after: { bytesToServer: 500_000 }, milliseconds: 400 });
  const error = await failureOf(state.copy());
  assert(acting !== undefined, "the other program did not act");
  await acting;
  return error;
}
