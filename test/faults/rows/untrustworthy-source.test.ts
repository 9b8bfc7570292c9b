import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyState } from "../../../migration/copy/copy-state.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { RangePage, StoredKeyValue } from "../../../migration/copy/store/key-value-store.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { altered } from "../../migration/copy/copy-scene.ts";
import { failureOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
before(async () => {
  pair = await startPair();
});
after(() => pair.stop());

test("row 35: unsorted keys abort the copy", async () => {
  await abortsFor((page) => ({ ...page, entries: page.entries.toReversed() }), /out of order|cannot be right/);
});

test("row 35: a key that comes twice aborts the copy", async () => {
  await abortsFor(
    (page) => ({ ...page, entries: page.entries.flatMap((entry, index) => (index === 5 ? [entry, entry] : [entry])) }),
    /twice|cannot be right/,
  );
});

test("row 35: a key from outside the range aborts the copy", async () => {
  await abortsFor(
    (page) => ({
      ...page,
      entries: page.entries.map((entry, index) => (index === 0 ? withKey(entry, "/elsewhere/a") : entry)),
    }),
    /outside the range|cannot be right/,
  );
});

test("row 35: a key that is silently left out aborts the copy", async () => {
  await abortsFor((page) => ({ ...page, entries: page.entries.slice(1) }), /announced|cannot be right|not equal/);
});

/** One page of the source, that with the hundredth key, comes changed. No real etcd does so: its answers are altered. */
async function abortsFor(change: (page: RangePage) => RangePage, reason: RegExp): Promise<void> {
  const state = await KnownState.begin(pair, numbered(600));
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  let changed = 0;
  const lying = altered(source, {
    async range(request) {
      const page = await source.range(request);
      if (!page.entries.some(({ key }) => key.toString().endsWith("volume-000100"))) {
        return page;
      }
      changed += 1;
      return change(page);
    },
  });
  try {
    const error = await failureOf(copyState({ source: lying, destination, range: prefixRange(state.prefix) }));
    assert.match(error.story, reason);
  } finally {
    source.close();
    destination.close();
  }
  assert(changed > 0);
  await state.expectHarmless();
}

/** An entry may be a view whose fields do not survive being spread. */
function withKey({ value, createRevision, modRevision, lease }: StoredKeyValue, key: string): StoredKeyValue {
  return { key: Buffer.from(key), value, createRevision, modRevision, lease };
}
