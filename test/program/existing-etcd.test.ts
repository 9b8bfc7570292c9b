import assert from "node:assert/strict";
import { test } from "node:test";

import { clientSecrets } from "../../program/client-secrets.ts";
import { existingEtcdAddress, useExistingEtcd } from "../../program/existing-etcd.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { TridentsEtcd } from "../../program/tridents-etcd.ts";
import { isSecret, record, revealed, valueOf } from "../components/registrations.ts";

const plain = { existingEtcdEndpoints: "http://a.example:2379,http://b.example:2379", existingEtcdPlaintext: "true" };

test("is none where the settings name no endpoints", () => {
  assert.equal(existingEtcdAddress(checkSettings({})), undefined);
});

test("is reached with the Secrets that the stack makes, as far as there are any", () => {
  const address = existingEtcdAddress(checkSettings({ ...plain, namespace: "storage", existingEtcdReach: "pod" }));
  assert.deepEqual(address, {
    namespace: "storage",
    endpoints: ["http://a.example:2379", "http://b.example:2379"],
    reach: "pod",
    gatewayImage: "quay.io/coreos/etcd:v3.4.22",
  });
  const login = { ...plain, existingEtcdUsername: "u", existingEtcdPassword: "p" };
  const withLogin = existingEtcdAddress(checkSettings(login));
  assert.equal(withLogin?.credentialsSecret, "etcd-client-credentials");
  const tls = { existingEtcdEndpoints: "https://a.example:2379", existingEtcdSecret: "theirs" };
  assert.equal(existingEtcdAddress(checkSettings(tls))?.clientSecret, "etcd-client-tls");
});

test("is given to Trident by its first endpoint; the password is a secret in a Secret", async () => {
  let etcd: TridentsEtcd | undefined;
  const address = existingEtcdAddress(checkSettings(plain));
  assert.ok(address);
  const registrations = await record(false, () => {
    etcd = useExistingEtcd(
      address,
      clientSecrets(checkSettings(plain)),
      { credentials: { username: "u", password: "sesame" } },
      {},
    );
  });
  assert.ok(etcd);
  assert.equal(await valueOf(etcd.etcdClientEndpoint), "http://a.example:2379");
  assert.deepEqual(await valueOf(etcd.members), ["http://a.example:2379", "http://b.example:2379"]);
  assert.deepEqual([etcd.clientSecretName, etcd.clientCertificateVersion], [undefined, "none"]);
  assert.deepEqual(await valueOf(etcd.certificateExpiry), {});
  const { stringData } = registrations.named("existing-etcd-credentials-secret").inputs;
  assert.ok(isSecret(stringData));
  assert.deepEqual(revealed(stringData), { username: "u", password: "sesame" });
});
