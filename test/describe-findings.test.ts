import assert from "node:assert/strict";
import { test } from "node:test";

import { describeFindings } from "../describe-findings.ts";

test("says what of the old Trident is migrated, by names and counts", () => {
  const legacy = {
    image: "netapp/trident:19.04.0",
    etcdImage: "quay.io/coreos/etcd:v3.3.12",
    pvc: "trident",
    keysByKind: { backends: 2, volumes: 3000 },
  };
  assert.equal(
    describeFindings({ state: "legacy", legacy }, "storage"),
    `Namespace storage has a Trident with its embedded etcd, which is migrated:
  image         netapp/trident:19.04.0
  etcd image    quay.io/coreos/etcd:v3.3.12
  volume claim  trident
  state         backends 2, volumes 3000
It is stopped when the new etcd cluster is ready, and its state is copied and verified before the new Trident starts.
If that fails, the old Trident is put back. Its volume claim stays in any case.`,
  );
});

test("leaves out counts that could not be had", () => {
  const legacy = { image: "a:1", etcdImage: "b:1", pvc: "c", keysByKind: {} };
  assert.doesNotMatch(describeFindings({ state: "legacy", legacy }, "storage"), /state {4}/);
});

test("says in one line what follows from every other state", () => {
  const lines = (["fresh", "interrupted", "migrated", "installed"] as const).map((state) =>
    describeFindings({ state }, "storage"),
  );
  assert.equal(new Set(lines).size, 4);
  for (const line of lines) {
    assert.match(line, /[Nn]amespace storage [^\n]*\.$/);
  }
});
