import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { withoutKeys, type BroughtCertificates } from "../../../../../migration/certificates/brought-certificates.ts";
import type { PlannedCertificate } from "../../../../../migration/plan/migration-plan.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { checkCertificates, planCertificates } from "../../../../../migration/plan/rules/etcd/certificates.ts";
import {
  createAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from "../../../../certificate-authority.ts";
import { issueSet } from "../../../../issued-set.ts";
import { told } from "../told.ts";

const request = {
  destination: {
    kind: "managed" as const,
    namespace: "storage",
    etcdCluster: "trident-etcd",
    clientSecret: "etcd-client-tls",
  },
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
    assert.deepEqual(planCertificates(request, new Map()), [
      { name: "authority", secret: "etcd-client-tls", validHours: 43800 },
      { name: "server", secret: "etcd-server-tls", validHours: 43800 },
      { name: "peer", secret: "etcd-peer-tls", validHours: 43800 },
      { name: "client", secret: "etcd-client-tls", validHours: 43800 },
    ]);
  });

  it("that stand in Secrets say when they end, and nothing else of the Secret", () => {
    const planned = planCertificates(request, new Map([["etcd-client-tls", clientSecret()]]));
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
    const destination = { kind: "existing" as const, namespace: "storage", endpoints, clientSecret: "etcd-client-tls" };
    const existing = { identity: { tls }, adoptState: false, mayMakePods: false, timeoutSeconds: 1 };
    const planned = planCertificates({ ...request, destination, existing }, new Map());
    const common = { secret: "etcd-client-tls", from: "as given" };
    assert.deepEqual(planned, [
      { name: "authority", ...common, expires: endOf(authority.certificate) },
      { name: "client", ...common, expires: endOf(certificate) },
    ]);
    const [risk, ...more] = check(planned, 720, new Date());
    assert.match(risk ?? "", /^The client certificate that was given.*only its issuer can renew it/);
    assert.deepEqual(more, []);
  });

  it("that can't be read are taken for ones to be made", () => {
    const broken = { data: { "etcd-client.crt": Buffer.from("nothing").toString("base64") } };
    assert.equal(planCertificates(request, new Map([["etcd-client-tls", broken]]))[3]?.validHours, 43800);
  });

  it("are a risk only when they end soon or have ended", () => {
    const planned = planCertificates(request, new Map([["etcd-client-tls", clientSecret()]]));
    const now = new Date();
    assert.deepEqual(check(planned, 24, now), []);
    assert.match(
      check(planned, 720, now).join("\n"),
      /^The client certificate in Secret etcd-client-tls ends on .*renews it/,
    );
    const later = new Date(now.getTime() + 20 * 86_400_000);
    assert.match(check(planned, 24, later).join("\n"), /^The client certificate in Secret etcd-client-tls ended on /);
  });

  function check(planned: readonly PlannedCertificate[], hours: number, now: Date): string[] {
    return told(checkCertificates(planned, { certificateEarlyRenewalHours: hours }, now), "service").risks;
  }

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

describe("certificates of one's own in the plan", () => {
  const place = { clusterName: "db", namespace: "storage", clusterDomain: "cluster.local" };
  const clientSecret = "etcd-client-tls";
  let members: CertificateAuthority;
  let clients: CertificateAuthority;
  let first: BroughtCertificates;

  before(async () => {
    members = await createAuthority("members", 400);
    clients = await createAuthority("clients", 300);
    first = await issueSet(place, { authorities: { members, clients }, change: { client: { validDays: 20 } } });
  });
  after(() => Promise.all([members, clients].map((authority) => authority.remove())));

  it("have their places and ends told, the CAs by the first that ends", () => {
    const planned = planCertificates(broughtBy(first), new Map());
    assert.deepEqual(planned[0], {
      name: "authority",
      secret: clientSecret,
      from: "etcd-client-ca.crt",
      expires: new X509Certificate(clients.certificate).validToDate.toISOString(),
    });
    assert.deepEqual(planned.map(({ name, secret, from }) => `${name} ${secret} ${String(from)}`).slice(1), [
      "server etcd-server-tls server.crt",
      "peer etcd-peer-tls peer.crt",
      "client etcd-client-tls etcd-client.crt",
    ]);
    assert.ok(!JSON.stringify(planned).includes("-----"));
  });

  it("are a risk when they end within the hours in which generated ones are renewed", () => {
    const planned = planCertificates(broughtBy(first), new Map()).filter(({ name }) => name === "client");
    const check = (hours: number) =>
      told(
        checkCertificates(planned, { ...broughtBy(first), certificateEarlyRenewalHours: hours }, new Date()),
        "service",
      );
    assert.deepEqual(check(19 * 24).risks, []);
    const [risk] = check(21 * 24).risks;
    assert.match(
      risk ?? "",
      /^The client certificate that you bring \(etcd-client\.crt\) ends on .*issued anew by the same CA/,
    );
  });

  function broughtBy(brought: BroughtCertificates) {
    return { ...request, broughtCertificates: withoutKeys(brought) };
  }
});

function endOf(certificate: Buffer): string {
  return new Date(new X509Certificate(certificate).validTo).toISOString();
}
