import assert from "node:assert/strict";
import { test } from "node:test";
import { delayBefore, withRetries } from "../../../../migration/copy/store/retry.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";

test("repeats a transient failure until it succeeds", async () => {
  let attempts = 0;
  const result = await withRetries(() => {
    attempts += 1;
    return attempts < 3 ? Promise.reject(new StoreError("transient", "not now")) : Promise.resolve("done");
  }, {});
  assert.equal(result, "done");
  assert.equal(attempts, 3);
});

test("gives up with the last error when the time for retries is over", async () => {
  let attempts = 0;
  const failing = withRetries(
    () => {
      attempts += 1;
      return Promise.reject(new StoreError("transient", `attempt ${attempts}`));
    },
    { retryForMilliseconds: 120 },
  );
  await assert.rejects(failing, (error: Error) => error.message === `attempt ${attempts}`);
  assert(attempts > 1);
});

test("does not repeat what is no store's failure", async () => {
  let attempts = 0;
  const failing = withRetries(() => {
    attempts += 1;
    return Promise.reject(new TypeError("a mistake in the program"));
  }, {});
  await assert.rejects(failing, TypeError);
  assert.equal(attempts, 1);
});

test("an abort ends the pause before a retry, with the reason given", async () => {
  const controller = new AbortController();
  const reason = new Error("stopped by the user");
  const failing = withRetries(
    () => {
      setImmediate(() => {
        controller.abort(reason);
      });
      return Promise.reject(new StoreError("transient", "not now"));
    },
    { signal: controller.signal },
  );
  await assert.rejects(failing, reason);
});

test("delays double, stay between half and whole, and are bounded", () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((retry) => delayBefore(retry, 0)),
    [25, 50, 100, 200],
  );
  assert.equal(delayBefore(1, 0.5), 37.5);
  assert.equal(delayBefore(30, 0), 1_500);
});
