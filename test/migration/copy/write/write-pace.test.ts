import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";
import { WritePace } from "../../../../migration/copy/write/write-pace.ts";

test("as many calls as are allowed are under way, the others wait their turn in their order", async () => {
  const pace = new WritePace(2);
  const calls = new Calls();
  const runs = [0, 1, 2, 3].map((index) => pace.run(() => calls.begin(index)));
  await turn();
  assert.deepEqual(calls.underWay, [0, 1]);
  calls.succeed(1);
  await turn();
  assert.deepEqual(calls.underWay, [0, 2]);
  calls.succeed(0);
  calls.succeed(2);
  await turn();
  calls.succeed(3);
  await Promise.all(runs);
});

test("refusals of calls that went out together halve what is allowed once, later ones again, down to one", async () => {
  const pace = new WritePace(8);
  for (const expected of [4, 2, 1, 1]) {
    const calls = new Calls();
    const count = pace.limit;
    const runs = Array.from({ length: count }, (_, index) => pace.run(() => calls.begin(index)));
    await turn();
    calls.underWay.slice().forEach((index) => {
      calls.fail(index, new StoreError("busy", "too many requests"));
    });
    await Promise.allSettled(runs);
    assert.equal(pace.limit, expected);
  }
});

test("as many successes as are allowed at a time raise it by one, up to where it began", async () => {
  const pace = new WritePace(3);
  await assert.rejects(pace.run(() => Promise.reject(new StoreError("busy", "too many requests"))));
  const limits: number[] = [];
  for (let count = 0; count < 8; count += 1) {
    await pace.run(() => Promise.resolve());
    limits.push(pace.limit);
  }
  assert.deepEqual(limits, [2, 2, 3, 3, 3, 3, 3, 3]);
});

test("other failures change nothing", async () => {
  const pace = new WritePace(3);
  for (const kind of ["transient", "permanent", "outOfSpace", "requestTooLarge"] as const) {
    await assert.rejects(pace.run(() => Promise.reject(new StoreError(kind, kind))));
  }
  assert.equal(pace.limit, 3);
});

test("what was aborted while it waited is not begun", async () => {
  const pace = new WritePace(1);
  const calls = new Calls();
  const abort = new AbortController();
  const first = pace.run(() => calls.begin(0), abort.signal);
  const second = pace.run(() => calls.begin(1), abort.signal);
  await turn();
  abort.abort(new Error("enough"));
  calls.succeed(0);
  await first;
  await assert.rejects(second, /enough/);
  assert.deepEqual(calls.underWay, []);
  assert.equal(await pace.run(() => Promise.resolve("next")), "next");
});

/** Calls that end when the test says so. */
class Calls {
  readonly #ends = new Map<number, PromiseWithResolvers<undefined>>();

  get underWay(): number[] {
    return [...this.#ends.keys()];
  }

  begin(index: number): Promise<undefined> {
    const end = Promise.withResolvers<undefined>();
    this.#ends.set(index, end);
    return end.promise;
  }

  succeed(index: number): void {
    this.#take(index)?.resolve(undefined);
  }

  fail(index: number, error: Error): void {
    this.#take(index)?.reject(error);
  }

  #take(index: number): PromiseWithResolvers<undefined> | undefined {
    const end = this.#ends.get(index);
    this.#ends.delete(index);
    return end;
  }
}
