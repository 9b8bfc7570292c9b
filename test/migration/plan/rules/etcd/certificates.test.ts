import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { judgeCertificates, planCertificates } from "../../../../../migration/plan/rules/etcd/certificates.ts";
import {
  createAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from "../../../../certificate-authority.ts";

const request = {
  destination: { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" },
  certificateValidityHours: 43800,
};

describe("the certificates of the plan", () => {
  let authority: CertificateAuthority;
  let client: IssuedCertificate;
  before(async () => {
    authority = await createAuthority("the-ca", 400);
    client = await authority.issue({ commonName: "client", validDays: 10 });
  });
  after(() => authority.remove());

  it("that are still to be made say for how long they will be valid", () => {
    assert.deepEqual(planCertificates(new Map(), request), [
      { name: "authority", secret: "etcd-client-tls", validHours: 43800 },
      { name: "server", secret: "etcd-server-tls", validHours: 43800 },
      { name: "peer", secret: "etcd-peer-tls", validHours: 43800 },
      { name: "client", secret: "etcd-client-tls", validHours: 43800 },
    ]);
  });

  it("that stand in Secrets say when they end, and nothing else of the Secret", () => {
    const planned = planCertificates(new Map([["etcd-client-tls", clientSecret()]]), request);
    assert.deepEqual(planned[0], {
      name: "authority",
      secret: "etcd-client-tls",
      expires: endOf(authority.certificate),
    });
    assert.deepEqual(planned[3], { name: "client", secret: "etcd-client-tls", expires: endOf(client.certificate) });
    assert.ok(!JSON.stringify(planned).includes("-----"));
  });

  it("for an existing etcd are the client's own, which only their issuer can renew", () => {
    const { certificate, privateKey } = client;
    const tls = { certificateAuthority: authority.certificate, certificate, privateKey };
    const endpoints = ["https://etcd:2379"];
    const planned = planCertificates(new Map(), {
      ...request,
      destination: { namespace: "storage", endpoints, clientSecret: "etcd-client-tls" },
      existing: { identity: { tls }, adoptState: false, mayMakePods: false, timeoutSeconds: 1 },
    });
    const common = { secret: "etcd-client-tls", from: "as given" };
    assert.deepEqual(planned, [
      { name: "authority", ...common, expires: endOf(authority.certificate) },
      { name: "client", ...common, expires: endOf(certificate) },
    ]);
    const [risk, ...more] = judgeCertificates(planned, 720, new Date());
    assert.match(risk ?? "", /^The client certificate that was given.*only its issuer can renew it/);
    assert.deepEqual(more, []);
  });

  it("that can't be read are taken for ones to be made", () => {
    const broken = { data: { "etcd-client.crt": Buffer.from("nothing").toString("base64") } };
    assert.equal(planCertificates(new Map([["etcd-client-tls", broken]]), request)[3]?.validHours, 43800);
  });

  it("are a risk only when they end soon or have ended", () => {
    const planned = planCertificates(new Map([["etcd-client-tls", clientSecret()]]), request);
    const now = new Date();
    assert.deepEqual(judgeCertificates(planned, 24, now), []);
    assert.match(
      judgeCertificates(planned, 720, now).join("\n"),
      /^The client certificate in Secret etcd-client-tls ends on .*renews it/,
    );
    const later = new Date(now.getTime() + 20 * 86_400_000);
    assert.match(
      judgeCertificates(planned, 24, later).join("\n"),
      /^The client certificate in Secret etcd-client-tls ended on /,
    );
  });

  function clientSecret(): ServedObject {
    return {
      data: {
        "etcd-client-ca.crt": authority.certificate.toString("base64"),
        "etcd-client.crt": client.certificate.toString("base64"),
        "etcd-client.key": client.privateKey.toString("base64"),
      },
    };
  }
});

function endOf(certificate: Buffer): string {
  return new Date(new X509Certificate(certificate).validTo).toISOString();
}
