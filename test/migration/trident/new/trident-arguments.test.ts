import assert from "node:assert/strict";
import { test } from "node:test";

import { extraArguments } from "../../../../migration/trident/new/trident-arguments.ts";

test("takes what Trident 19.04 knows and this program does not say itself, as it was written", () => {
  const args = ["-log_level", "warn", "--https_port=8444", "-https_rest", "-k8s_api_server", "https://192.0.2.1"];
  assert.deepEqual(extraArguments(args), {
    taken: args,
    names: ["-log_level", "-https_port", "-https_rest", "-k8s_api_server"],
    left: [],
  });
});

test("leaves what would take its state, its address or its role away, with the reason", () => {
  const args = [
    "-etcd_v3",
    "http://127.0.0.1:8001",
    "-k8s_pod",
    "-debug",
    "-port=9000",
    "-csi_role",
    "node",
    "-no_persistence",
  ];
  const { taken, left } = extraArguments(args);
  assert.deepEqual(taken, []);
  assert.deepEqual(
    left.map(({ name }) => name),
    ["-etcd_v3", "-k8s_pod", "-debug", "-port", "-csi_role", "-no_persistence"],
  );
  assert.match(left[3]?.why ?? "", /127\.0\.0\.1:8000/);
});

test("leaves a flag that Trident 19.04 does not know, and its value, which may be anything", () => {
  const { taken, left } = extraArguments(["-crd_persistence", "secret value", "-https_rest", "word"]);
  assert.deepEqual(taken, ["-https_rest"]);
  assert.deepEqual(
    left.map(({ name }) => name),
    ["-crd_persistence", "one that is no flag"],
  );
});
