import assert from "node:assert/strict";
import { test } from "node:test";
import { StateCounter } from "../../../../../migration/plan/read/state/state-counts.ts";

test("keys are counted by Trident's kinds, and everything else as other", () => {
  const counter = new StateCounter(Buffer.from("/trident/"));
  const keys = [
    "/trident/store",
    "/trident/v1/backend/nas",
    "/trident/v1/volume/a",
    "/trident/v1/volume/b/with/slashes",
    "/trident/v1/storageclass/gold",
    "/trident/v1/node/n1",
    "/trident/v1/txn/c",
    "/trident/v2/volume/d",
    "/trident/v1/__proto__/x",
    "/trident/v1/toString/x",
    "/trident/v1/volume",
    "/trident/vx/volume/e",
    "/trident/",
  ];
  for (const key of keys) counter.add(Buffer.from(key));
  assert.deepEqual(counter.counts(), {
    backends: 1,
    volumes: 3,
    storageClasses: 1,
    nodes: 1,
    transactions: 1,
    other: 6,
  });
});
