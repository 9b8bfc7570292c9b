import assert from "node:assert/strict";
import { test } from "node:test";

import { EtcdTls } from "../../../components/etcd/etcd-tls.ts";
import type { EtcdTlsArgs } from "../../../components/etcd/etcd-tls.ts";
import { isSecret, record, revealed, valueOf } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

let component: EtcdTls | undefined;

function certificates(preview = false): Promise<Registrations> {
  return record(preview, () => {
    component = new EtcdTls("certs", {
      namespace: "storage",
      clusterName: "db",
      commonNames: { authority: "An authority", server: "A server", client: "A client" },
      clusterDomain: "example.internal",
      validityHours: 1000,
      earlyRenewalHours: 100,
    });
  });
}

function certificatesWith(args: Partial<EtcdTlsArgs>): Promise<Registrations> {
  const commonNames = { authority: "a", server: "s", client: "c" };
  return record(false, () => {
    new EtcdTls("certs", { namespace: "storage", clusterName: "db", commonNames, ...args });
  });
}

for (const preview of [true, false]) {
  test(`registers one authority, three certificates and three Secrets ${preview ? "in a preview" : "in an update"}`, async () => {
    const registered = await certificates(preview);
    const names = registered.all.map(({ type, name }) => `${type} ${name}`).sort();
    assert.deepEqual(names, [
      "kubernetes:core/v1:Secret certs-client-secret",
      "kubernetes:core/v1:Secret certs-peer-secret",
      "kubernetes:core/v1:Secret certs-server-secret",
      "tls:index/certRequest:CertRequest certs-client-request",
      "tls:index/certRequest:CertRequest certs-peer-request",
      "tls:index/certRequest:CertRequest certs-server-request",
      "tls:index/locallySignedCert:LocallySignedCert certs-client",
      "tls:index/locallySignedCert:LocallySignedCert certs-peer",
      "tls:index/locallySignedCert:LocallySignedCert certs-server",
      "tls:index/privateKey:PrivateKey certs-authority-key",
      "tls:index/privateKey:PrivateKey certs-client-key",
      "tls:index/privateKey:PrivateKey certs-peer-key",
      "tls:index/privateKey:PrivateKey certs-server-key",
      "tls:index/selfSignedCert:SelfSignedCert certs-authority",
      "trident-etcd:index:EtcdTls certs",
    ]);
    for (const { name, parent } of registered.all.filter(({ type }) => type !== "trident-etcd:index:EtcdTls")) {
      assert.equal(parent, "certs", name);
    }
  });
}

test("uses RSA keys of 2048 bits, which etcd-operator is known to work with", async () => {
  const keys = (await certificates()).ofType("tls:index/privateKey:PrivateKey");
  assert.equal(keys.length, 4);
  for (const key of keys) {
    assert.deepEqual(key.inputs, { algorithm: "RSA", rsaBits: 2048 });
  }
});

test("uses ECDSA keys on P-256 when told so", async () => {
  const keys = (await certificatesWith({ keyAlgorithm: "ECDSA" })).ofType("tls:index/privateKey:PrivateKey");
  assert.deepEqual(
    keys.map(({ inputs }) => inputs),
    Array.from({ length: 4 }, () => ({ algorithm: "ECDSA", ecdsaCurve: "P256" })),
  );
});

test("names the organization in every subject, the authority's included", async () => {
  const registered = await certificatesWith({ organization: "Storage" });
  for (const name of ["certs-authority", "certs-server-request", "certs-peer-request", "certs-client-request"]) {
    assert.equal((registered.named(name).inputs.subject as { organization: string }).organization, "Storage", name);
  }
});

test("makes the server's certificate, and no other, out to further names", async () => {
  const registered = await certificatesWith({ extraDnsNames: ["etcd.example.com"] });
  const names = (request: string) => registered.named(request).inputs.dnsNames as string[];
  assert.equal(names("certs-server-request").at(-1), "etcd.example.com");
  assert.ok(!names("certs-peer-request").includes("etcd.example.com"));
});

test("makes the authority able to sign and nothing else, and names it as asked", async () => {
  const { inputs } = (await certificates()).named("certs-authority");
  assert.deepEqual(inputs.subject, { commonName: "An authority" });
  assert.equal(inputs.isCaCertificate, true);
  assert.deepEqual(inputs.allowedUses, ["cert_signing", "crl_signing", "digital_signature"]);
});

test("makes the certificates out to every name that a member is reached by", async () => {
  const registered = await certificates();
  assert.deepEqual(registered.named("certs-server-request").inputs.dnsNames, [
    "*.db.storage.svc",
    "*.db.storage.svc.example.internal",
    "db-client",
    "db-client.storage.svc",
    "db-client.storage.svc.example.internal",
    "localhost",
  ]);
  assert.deepEqual(registered.named("certs-peer-request").inputs.dnsNames, [
    "*.db.storage.svc",
    "*.db.storage.svc.example.internal",
  ]);
  assert.equal(registered.named("certs-client-request").inputs.dnsNames, undefined);
});

test("lets members be servers and clients, and clients only clients", async () => {
  const registered = await certificates();
  const uses = (name: string): unknown => registered.named(name).inputs.allowedUses;
  const member = ["digital_signature", "key_encipherment", "server_auth", "client_auth"];
  assert.deepEqual(uses("certs-server"), member);
  assert.deepEqual(uses("certs-peer"), member);
  assert.deepEqual(uses("certs-client"), ["digital_signature", "key_encipherment", "client_auth"]);
});

test("gives all certificates the subject, validity and early renewal asked for", async () => {
  const registered = await certificates();
  const commonNames = ["server", "peer", "client"].map(
    (each) => registered.named(`certs-${each}-request`).inputs.subject,
  );
  assert.deepEqual(commonNames, [{ commonName: "A server" }, { commonName: "A server" }, { commonName: "A client" }]);
  for (const name of ["certs-authority", "certs-server", "certs-peer", "certs-client"]) {
    assert.equal(registered.named(name).inputs.validityPeriodHours, 1000, name);
    assert.equal(registered.named(name).inputs.earlyRenewalHours, 100, name);
  }
});

test("is valid for five years and renewed thirty days before by default", async () => {
  const registered = await record(false, () => {
    new EtcdTls("certs", {
      namespace: "storage",
      clusterName: "db",
      commonNames: { authority: "a", server: "s", client: "c" },
    });
  });
  const { inputs } = registered.named("certs-server");
  assert.deepEqual([inputs.validityPeriodHours, inputs.earlyRenewalHours], [43800, 720]);
  assert.ok(
    (registered.named("certs-peer-request").inputs.dnsNames as string[]).includes("*.db.storage.svc.cluster.local"),
  );
});

test("puts the files under etcd-operator's names into the Secrets", async () => {
  const registered = await certificates();
  const secret = (name: string): unknown => {
    const { metadata, stringData } = revealed(registered.named(name).inputs) as Record<string, Record<string, unknown>>;
    return { name: metadata?.name, namespace: metadata?.namespace, stringData };
  };
  const authority = "certificate certs-authority";
  assert.deepEqual(secret("certs-client-secret"), {
    name: "etcd-client-tls",
    namespace: "storage",
    stringData: {
      "etcd-client.crt": "certificate certs-client",
      "etcd-client.key": "private key certs-client-key",
      "etcd-client-ca.crt": authority,
    },
  });
  assert.deepEqual(secret("certs-server-secret"), {
    name: "etcd-server-tls",
    namespace: "storage",
    stringData: {
      "server.crt": "certificate certs-server",
      "server.key": "private key certs-server-key",
      "server-ca.crt": authority,
    },
  });
  assert.deepEqual(secret("certs-peer-secret"), {
    name: "etcd-peer-tls",
    namespace: "storage",
    stringData: {
      "peer.crt": "certificate certs-peer",
      "peer.key": "private key certs-peer-key",
      "peer-ca.crt": authority,
    },
  });
});

test("sends private keys nowhere but as secrets", async () => {
  const registered = await certificates();
  for (const { name, inputs } of registered.all) {
    for (const [property, value] of Object.entries(inputs)) {
      if (!isSecret(value)) {
        assert.doesNotMatch(JSON.stringify(value), /private key/, `${name}.${property}`);
      }
    }
  }
  assert.ok(isSecret(registered.named("certs-client-secret").inputs.stringData));
});

test("says when each certificate ends, and the Secrets' names once these exist", async () => {
  await certificates();
  assert.ok(component);
  assert.deepEqual(await valueOf(component.expiry), {
    authority: "end of certs-authority",
    server: "end of certs-server",
    peer: "end of certs-peer",
    client: "end of certs-client",
  });
  assert.equal(await valueOf(component.clientSecretName), "etcd-client-tls");
});
