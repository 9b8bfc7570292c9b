import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { Copier } from "../copier-process.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
let copier: Copier;
before(async () => {
  pair = await startPair();
  copier = new Copier();
});
after(async () => {
  await copier.stop();
  await pair.stop();
});

test("row 9: killed at any batch, the rerun completes and rewrites no key that is there", async () => {
  const state = await KnownState.begin(pair, numbered(4_000));
  const job = { source: pair.source.target, destination: pair.destination.target, prefix: state.prefix };
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  let kept = 0;
  for (const bytesToServer of [2_000, 60_000, 250_000, 500_000]) {
    const before = (await state.destinationNow()).keys;
    proxy.when({ bytesToServer }, () => {
      copier.kill();
    });
    const outcome = await copier.run(job, 60_000);
    proxy.heal();
    assert.equal(outcome, "killed", `the kill after ${bytesToServer} bytes did not come`);
    await state.expectHarmless();
    const now = (await state.destinationNow()).keys;
    for (const [name, { modRevision }] of before) {
      assert.equal(now.get(name)?.modRevision, modRevision, `${name} was written again`);
      kept += 1;
    }
  }
  const before = (await state.destinationNow()).keys;
  assert(kept > 0 && before.size > 0 && before.size < 4_000, `${before.size} keys are there after the last kill`);

  await state.markStart();
  const outcome = await copier.run(job, 60_000);

  assert(typeof outcome === "object" && outcome.success, inspect(outcome));
  await state.expectTrue(outcome);
  const now = (await state.destinationNow()).keys;
  assert([...before].every(([name, { modRevision }]) => now.get(name)?.modRevision === modRevision));
});

test("row 10: a stop drains what is under way, says where it stands, and the next run completes", async () => {
  const state = await KnownState.begin(pair, numbered(16_000));
  const controller = new AbortController();
  const [proxy] = pair.destination.proxies;
  proxy?.when({ bytesToServer: 400_000 }, () => {
    controller.abort(new Error("the user pressed Ctrl-C"));
  });

  const error = await failureOf(state.copy({ signal: controller.signal }));

  assert.match(error.story, /after [\d,]+ keys/);
  assert.match(error.story, /the user pressed Ctrl-C/);
  const { revision, keys } = await state.destinationNow();
  assert(keys.size > 0 && keys.size < 16_000, `${keys.size} keys were there when it stopped`);
  assert.equal((await state.destinationNow()).revision, revision, "it went on after it had said that it stopped");
  await state.expectTrue(await state.copy());
});

test("row 20: two copiers at once do each other no harm, and what either claims is true", async () => {
  const state = await KnownState.begin(pair, numbered(4_000));
  await state.markStart();
  const other = new Copier();
  const job = { source: pair.source.target, destination: pair.destination.target, prefix: state.prefix };
  try {
    const outcomes = await Promise.all([copier.run(job, 60_000), other.run(job, 60_000)]);
    const claims = outcomes.filter((outcome) => typeof outcome === "object" && outcome.success);
    for (const claim of claims) {
      assert(typeof claim === "object" && claim.success);
      await state.expectTrue(claim);
    }
    assert(claims.length > 0, inspect(outcomes));
  } finally {
    await other.stop();
  }
});

test("row 33: what an earlier copy of another state left is never taken for this one's progress", async () => {
  const entries = numbered(1_000);
  const state = await KnownState.begin(pair, entries);
  await state.copy();
  await state.putInSource(keyOf("volume-000500"), Buffer.from("changed since"));
  await state.deleteFromSource(keyOf("volume-000600"));
  const before = await pair.destination.gateway.revision();

  const error = await failureOf(state.copy());

  assert.match(error.story, /volume-000500/);
  assert.equal(await pair.destination.gateway.revision(), before);
  await state.expectHarmless();
});
