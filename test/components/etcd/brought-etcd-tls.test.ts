import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { BroughtEtcdTls } from "../../../components/etcd/brought-etcd-tls.ts";
import type { BroughtCertificates } from "../../../migration/certificates/brought-certificates.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { issueSet } from "../../issued-set.ts";
import { isSecret, record, revealed, valueOf, type Registrations } from "../registrations.ts";

const place = { clusterName: "db", namespace: "storage", clusterDomain: "cluster.local" };

describe("an etcd cluster's certificates that were brought", () => {
  let authority: CertificateAuthority;
  let set: BroughtCertificates;
  let component: BroughtEtcdTls | undefined;

  before(async () => {
    authority = await createAuthority("an authority", 30);
    set = await issueSet(place, { authorities: { members: authority, clients: authority } });
  });
  after(() => authority.remove());

  function register(preview = false): Promise<Registrations> {
    return record(preview, () => {
      const pem = ({ certificate, privateKey, certificateAuthority }: BroughtCertificates["server"]) => ({
        certificate: certificate.toString(),
        privateKey: privateKey.toString(),
        authority: certificateAuthority.toString(),
      });
      const certificates = { server: pem(set.server), peer: pem(set.peer), client: pem(set.client) };
      component = new BroughtEtcdTls("certs", { namespace: "storage", certificates });
    });
  }

  for (const preview of [true, false]) {
    test(`are three Secrets and nothing else ${preview ? "in a preview" : "in an update"}`, async () => {
      const names = (await register(preview)).all.map(({ type, name }) => `${type} ${name}`).sort();
      assert.deepEqual(names, [
        "kubernetes:core/v1:Secret certs-client-secret",
        "kubernetes:core/v1:Secret certs-peer-secret",
        "kubernetes:core/v1:Secret certs-server-secret",
        "trident-etcd:index:BroughtEtcdTls certs",
      ]);
    });
  }

  test("stand in the Secrets under etcd-operator's names, marked as brought", async () => {
    const { inputs } = (await register()).named("certs-client-secret");
    const { metadata, stringData } = revealed(inputs) as {
      metadata: { name: string; namespace: string; annotations: unknown };
      stringData: Record<string, string>;
    };
    assert.equal(metadata.name, "etcd-client-tls");
    assert.equal(metadata.namespace, "storage");
    assert.deepEqual(metadata.annotations, { "trident-etcd/certificates": "brought" });
    assert.deepEqual(stringData, {
      "etcd-client.crt": set.client.certificate.toString(),
      "etcd-client.key": set.client.privateKey.toString(),
      "etcd-client-ca.crt": set.client.certificateAuthority.toString(),
    });
  });

  test("have their keys sent nowhere but as secrets, not even as the component's own arguments", async () => {
    for (const { name, inputs } of (await register()).all) {
      for (const [property, value] of Object.entries(inputs)) {
        if (!isSecret(value)) assert.doesNotMatch(JSON.stringify(value), /PRIVATE KEY/, `${name}.${property}`);
      }
    }
  });

  test("take the place of generated ones under the same name, whose Secrets are changed and not made anew", async () => {
    // The engine derives those of what is in it.
    const [alias, ...others] = (await register()).named("certs").aliases;
    assert.deepEqual(others, []);
    assert.match(alias ?? "", /"type":"trident-etcd:index:EtcdTls"/);
  });

  test("say when they end", async () => {
    await register();
    assert.ok(component);
    const expiry = await valueOf(component.expiry);
    const endOf = (pem: Buffer): string => new X509Certificate(pem).validToDate.toISOString();
    assert.deepEqual(expiry, {
      authority: endOf(authority.certificate),
      server: endOf(set.server.certificate),
      peer: endOf(set.peer.certificate),
      client: endOf(set.client.certificate),
    });
    assert.equal(await valueOf(component.clientSecretName), "etcd-client-tls");
  });
});
