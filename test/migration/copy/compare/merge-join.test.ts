import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeJoin } from "../../../../migration/copy/compare/merge-join.ts";
import type { Page } from "../../../../migration/copy/read/read-pages.ts";

test("pairs equal keys across pages of different sizes and tells what is on one side only", async () => {
  const left = [["a", "b"], ["c"], ["e", "f", "g"]];
  const right = [["b"], [], ["c", "d", "e"], ["g", "h"]];
  assert.deepEqual(await join(left, right), ["<a", "=b", "=c", ">d", "=e", "<f", "=g", ">h"]);
});

test("copes with an empty side", async () => {
  assert.deepEqual(await join([[]], [["a"], ["b"]]), [">a", ">b"]);
  assert.deepEqual(await join([["a", "b"]], [[]]), ["<a", "<b"]);
  assert.deepEqual(await join([[]], [[]]), []);
});

test("orders by bytes, not by characters", async () => {
  // In UTF-16 the second sorts below the first; in UTF-8, which is what etcd sorts by, above it.
  assert.deepEqual(await join([["\uff5e", "\u{1f600}"]], [["\u{1f600}"]]), ["<\uff5e", "=\u{1f600}"]);
});

test("ends both sides when one of them fails", async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Page> {
    try {
      for (let index = 0; ; index += 1) {
        yield Promise.resolve(page([`k${index}`]));
      }
    } finally {
      ended = true;
    }
  }
  async function* failing(): AsyncGenerator<Page> {
    yield page(["a"]);
    await Promise.reject(new Error("the read failed"));
  }
  const nothing = () => undefined;
  await assert.rejects(
    mergeJoin(endless(), failing(), { onlySource: nothing, onlyDestination: nothing, both: nothing }),
    /the read failed/,
  );
  assert(ended);
});

async function join(left: string[][], right: string[][]): Promise<string[]> {
  const seen: string[] = [];
  await mergeJoin(pagesOf(left), pagesOf(right), {
    onlySource: ({ key }) => seen.push(`<${key.toString()}`),
    onlyDestination: ({ key }) => seen.push(`>${key.toString()}`),
    both: ({ key }, other) => {
      assert.deepEqual(key, other.key);
      seen.push(`=${key.toString()}`);
    },
  });
  return seen;
}

async function* pagesOf(pages: string[][]): AsyncGenerator<Page> {
  for (const keys of pages) {
    yield await Promise.resolve(page(keys));
  }
}

function page(keys: string[]): Page {
  const fixed = { value: Buffer.alloc(0), createRevision: 1n, modRevision: 1n, lease: 0n };
  return { entries: keys.map((key) => ({ ...fixed, key: Buffer.from(key) })), total: keys.length };
}
