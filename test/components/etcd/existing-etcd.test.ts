import assert from "node:assert/strict";
import { test } from "node:test";

import { ExistingEtcd, type ExistingEtcdArgs } from "../../../components/etcd/existing-etcd.ts";
import { isSecret, record, revealed, valueOf, type Registrations } from "../registrations.ts";

let component: ExistingEtcd | undefined;

const client = {
  certificateAuthority: "CA",
  certificate: "CERT",
  privateKey: "KEY",
  validUntil: "2031-01-01T00:00:00Z",
};

function existing(args: Partial<ExistingEtcdArgs>, preview = false): Promise<Registrations> {
  return record(preview, () => {
    const endpoints = ["https://a:2379", "https://b:2379"];
    component = new ExistingEtcd("db", { namespace: "storage", endpoints, ...args });
  });
}

for (const preview of [true, false]) {
  test(`makes nothing but the Secrets for what it is given ${preview ? "in a preview" : "in an update"}`, async () => {
    const credentials = { username: "trident", password: "sesame" };
    const registered = await existing({ client, credentials }, preview);
    assert.deepEqual(registered.all.map(({ type, name }) => `${type} ${name}`).sort(), [
      "kubernetes:core/v1:Secret db-client-secret",
      "kubernetes:core/v1:Secret db-credentials-secret",
      "trident-etcd:index:ExistingEtcd db",
    ]);
  });
}

test("keeps certificate and password under the names and keys that clients look for, as secrets alone", async () => {
  const registered = await existing({ client, credentials: { username: "trident", password: "sesame" } });
  const tls = registered.named("db-client-secret").inputs;
  assert.ok(isSecret(tls.stringData));
  assert.deepEqual(revealed(tls.stringData), {
    "etcd-client.crt": "CERT",
    "etcd-client.key": "KEY",
    "etcd-client-ca.crt": "CA",
  });
  assert.equal((tls.metadata as { name: string }).name, "etcd-client-tls");
  const login = registered.named("db-credentials-secret").inputs;
  assert.ok(isSecret(login.stringData));
  assert.deepEqual(revealed(login.stringData), { username: "trident", password: "sesame" });
  assert.doesNotMatch(JSON.stringify(registered.named("db").inputs), /KEY|sesame/);
});

test("gives a client that takes one endpoint the first, and says until when the certificate is valid", async () => {
  await existing({ client });
  assert.ok(component !== undefined);
  assert.equal(await valueOf(component.etcdClientEndpoint), "https://a:2379");
  assert.deepEqual(await valueOf(component.endpoints), ["https://a:2379", "https://b:2379"]);
  assert.ok(component.clientCertificateExpiry !== undefined && component.clientSecretName !== undefined);
  assert.equal(await valueOf(component.clientCertificateExpiry), "2031-01-01T00:00:00Z");
  assert.equal(await valueOf(component.clientSecretName), "etcd-client-tls");
  assert.equal(component.credentialsSecretName, undefined);
});

test("makes no Secret for an etcd without TLS and password", async () => {
  const registered = await existing({ endpoints: ["http://a:2379"] });
  assert.deepEqual(
    registered.all.map(({ name }) => name),
    ["db"],
  );
  assert.equal(component?.clientSecretName, undefined);
});
