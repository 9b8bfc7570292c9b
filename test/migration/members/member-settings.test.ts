import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compactionOf, quotaOf } from "../../../migration/members/member-settings.ts";

const podWith = (env: Record<string, string>) => ({
  spec: {
    containers: [
      { name: "sidecar", env: [{ name: "ETCD_QUOTA_BACKEND_BYTES", value: "1" }] },
      { name: "etcd", env: Object.entries(env).map(([name, value]) => ({ name, value })) },
    ],
  },
});

describe("what a member's pod was made with", () => {
  for (const [given, bytes] of [
    [{}, 2 ** 31],
    [{ ETCD_QUOTA_BACKEND_BYTES: "0" }, 2 ** 31],
    [{ ETCD_QUOTA_BACKEND_BYTES: "8589934592" }, 2 ** 33],
    [{ ETCD_QUOTA_BACKEND_BYTES: "-1" }, Infinity],
  ] as const) {
    it(`gives its database ${bytes} bytes with ${JSON.stringify(given)}`, () => {
      assert.equal(quotaOf(podWith(given)), bytes);
    });
  }

  for (const [given, retention] of [
    [{}, undefined],
    [{ ETCD_AUTO_COMPACTION_RETENTION: "0" }, undefined],
    [{ ETCD_AUTO_COMPACTION_RETENTION: "0h" }, undefined],
    [{ ETCD_AUTO_COMPACTION_RETENTION: "12" }, "12"],
  ] as const) {
    it(`has it forget after ${retention ?? "no time"} with ${JSON.stringify(given)}`, () => {
      assert.equal(compactionOf(podWith(given)), retention);
    });
  }

  it("is etcd's own where there is no pod to see", () => {
    assert.deepEqual([quotaOf(undefined), compactionOf(undefined)], [2 ** 31, undefined]);
  });
});
