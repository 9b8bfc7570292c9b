import assert from "node:assert/strict";
import { test } from "node:test";

import { clientSecrets } from "../../program/client-secrets.ts";

test("the Secrets for Trident's etcd have other names after a move than those for the etcd before", () => {
  const { clientSecret, credentialsSecret } = clientSecrets({ movedFromEtcd: "" });
  assert.deepEqual([clientSecret, credentialsSecret], ["etcd-client-tls", "etcd-client-credentials"]);
  const moved = clientSecrets({ movedFromEtcd: "11" });
  assert.deepEqual([moved.clientSecret, moved.credentialsSecret], ["etcd-client-tls-11", "etcd-client-credentials-11"]);
});
