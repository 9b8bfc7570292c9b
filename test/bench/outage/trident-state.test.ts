import assert from "node:assert/strict";
import { test } from "node:test";
import { keysIn, readComplete, requireSameState, StateDiffersError } from "../../../bench/outage/trident-state.ts";

const printed = (state: Readonly<Record<string, string>>): string =>
  Object.entries(state)
    .map(([key, value]) => `${key}\n${value}\n`)
    .join("");

test("each key with its value counts once", () => {
  assert.equal(keysIn(printed({})), 0);
  assert.equal(keysIn(printed({ "/trident/a": "1", "/trident/b": "2" })), 2);
});

test("what was cut off is read again, until there are as many keys as etcdctl counts", async () => {
  const whole = printed({ "/trident/a": "1", "/trident/b": "2" });
  const reads = [whole.slice(0, 13), whole];
  const etcdctl = (words: readonly string[]) =>
    Promise.resolve(words.includes("--limit=1") ? '"More" : false\n"Count" : 2\n' : (reads.shift() ?? ""));
  assert.equal(await readComplete(etcdctl), whole);
  assert.deepEqual(reads, []);
});

test("the same keys and values pass", () => {
  requireSameState(printed({ "/trident/a": "1" }), printed({ "/trident/a": "1" }));
});

test("a value that differs is refused with its key and without the value", () => {
  const change = () => {
    requireSameState(
      printed({ "/trident/a": "1", "/trident/b": "old" }),
      printed({ "/trident/a": "1", "/trident/b": "new" }),
    );
  };
  assert.throws(change, (error: Error) => {
    assert.ok(error instanceof StateDiffersError);
    assert.match(error.message, /at \/trident\/b$/);
    return !/old$|new$/.test(error.message);
  });
});

test("a key too few and a key too many are refused with the key", () => {
  const one = printed({ "/trident/a": "1" });
  const two = printed({ "/trident/a": "1", "/trident/b": "2" });
  assert.throws(
    () => {
      requireSameState(two, one);
    },
    { message: /holds 1 keys .* held 2; they first differ at \/trident\/b/ },
  );
  assert.throws(
    () => {
      requireSameState(one, two);
    },
    { message: /holds 2 keys .* held 1; they first differ at \/trident\/b/ },
  );
});
