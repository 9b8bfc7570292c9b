import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { FaultKind } from "../../tcp-proxy.ts";
import { KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
before(async () => {
  pair = await startPair();
});
after(() => pair.stop());

/** Spread over what a copy of 3,000 keys of 256 bytes sends. */
const THRESHOLDS = [40_000, 300_000, 700_000];

test("row 5: a reply lost after the commit: the resend sees equal bytes, and each key is written once", async () => {
  await survives("drop-reply");
});

test("row 6: a request lost before the commit is applied once", async () => {
  await survives("drop-request");
});

test("row 6: a connection that is reset costs nothing", async () => {
  await survives("reset");
});

test("row 7: a connection that stands still for longer than a call may take is outlasted", async () => {
  await survives("stall");
});

async function survives(kind: FaultKind): Promise<void> {
  const state = await KnownState.begin(pair, numbered(3_000));
  const [proxy] = pair.destination.proxies;
  assert(proxy);
  const before = proxy.fired[kind];
  for (const bytesToServer of THRESHOLDS) proxy.arm({ kind, after: { bytesToServer }, milliseconds: 1_500 });

  const copied = await state.copy({ callDeadlineMilliseconds: 1_000 });

  assert(proxy.fired[kind] > before, `no ${kind} happened`);
  await state.expectTrue(copied);
}
