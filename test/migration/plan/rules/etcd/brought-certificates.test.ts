import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { withoutKeys, type BroughtCertificates } from "../../../../../migration/certificates/brought-certificates.ts";
import {
  judgeAuthorities,
  judgeBrought,
  planBrought,
} from "../../../../../migration/plan/rules/etcd/brought-certificates.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { createAuthority, type CertificateAuthority } from "../../../../certificate-authority.ts";
import { issueSet } from "../../../../issued-set.ts";

const place = { clusterName: "db", namespace: "storage", clusterDomain: "cluster.local" };
const clientSecret = "etcd-client-tls";

describe("certificates of one's own in the plan", () => {
  let members: CertificateAuthority;
  let clients: CertificateAuthority;
  let strangers: CertificateAuthority;
  let first: BroughtCertificates;

  before(async () => {
    members = await createAuthority("members", 400);
    clients = await createAuthority("clients", 300);
    strangers = await createAuthority("members", 300);
    first = await issueSet(place, { authorities: { members, clients }, change: { client: { validDays: 20 } } });
  });
  after(() => Promise.all([members, clients, strangers].map((authority) => authority.remove())));

  it("have their places and ends told, the CAs by the first that ends", () => {
    const planned = planBrought(withoutKeys(first), clientSecret);
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
    const planned = planBrought(withoutKeys(first), clientSecret).filter(({ name }) => name === "client");
    assert.deepEqual(judgeBrought(planned, 19 * 24, new Date()), []);
    const [risk] = judgeBrought(planned, 21 * 24, new Date());
    assert.match(
      risk ?? "",
      /^The client certificate that you bring \(etcd-client\.crt\) ends on .*issued anew by the same CA/,
    );
  });

  it("may be renewed by their CA, and have a CA added, while members run", async () => {
    const renewed = await issueSet(place, { authorities: { members, clients } });
    assert.deepEqual(judge(renewed), []);
    const added = Buffer.concat([renewed.peer.certificateAuthority, strangers.certificate]);
    assert.deepEqual(judge({ ...renewed, peer: { ...renewed.peer, certificateAuthority: added } }), []);
  });

  it("may not come from another CA while members run, not even from one that was added to the file", async () => {
    const others = await issueSet(place, { authorities: { members: strangers, clients: strangers } });
    const [blocker, ...more] = judge(others);
    assert.deepEqual(more, []);
    assert.equal(blocker?.kind, "anotherAuthority");
    assert.match(blocker.message, /than that of etcd-client\.crt, server\.crt, peer\.crt: /);

    const added = Buffer.concat([first.peer.certificateAuthority, strangers.certificate]);
    const running = { ...first, peer: { ...first.peer, certificateAuthority: added } };
    const peerOfAdded = { ...first, peer: { ...others.peer, certificateAuthority: added } };
    assert.match(judge(peerOfAdded, running)[0]?.message ?? "", /than that of peer\.crt: /);
  });

  it("may not lose a CA that certificates in use are of", () => {
    const only = { ...first.server, certificateAuthority: members.certificate };
    assert.match(judge({ ...first, server: only })[0]?.message ?? "", /than that of etcd-client\.crt: /);
  });

  it("may come from any CA where no members run", async () => {
    const others = await issueSet(place, { authorities: { members: strangers, clients: strangers } });
    const facts = { secrets: served(first), clientSecret, namespace: "storage", hasMembers: false };
    assert.deepEqual(judgeAuthorities({ ...facts, brought: withoutKeys(others) }), []);
    assert.deepEqual(judgeAuthorities({ ...facts, brought: undefined }), []);
  });

  it("may not be followed by generated ones while members run; generated ones follow generated ones", () => {
    const facts = { brought: undefined, clientSecret, namespace: "storage", hasMembers: true };
    const [blocker] = judgeAuthorities({
      ...facts,
      secrets: served(first, { "trident-etcd/certificates": "brought" }),
    });
    assert.match(blocker?.message ?? "", /Generated ones would be of another CA/);
    assert.deepEqual(judgeAuthorities({ ...facts, secrets: served(first) }), []);
  });

  function judge(brought: BroughtCertificates, running = first) {
    const facts = { secrets: served(running), clientSecret, namespace: "storage", hasMembers: true };
    return judgeAuthorities({ ...facts, brought: withoutKeys(brought) });
  }
});

function served(
  { server, peer, client }: BroughtCertificates,
  annotations: Readonly<Record<string, string>> = {},
): Map<string, ServedObject> {
  const secret = (name: string, { certificate, certificateAuthority }: typeof server): ServedObject => ({
    metadata: { annotations },
    data: {
      [`${name}.crt`]: certificate.toString("base64"),
      [`${name}-ca.crt`]: certificateAuthority.toString("base64"),
    },
  });
  return new Map([
    ["etcd-server-tls", secret("server", server)],
    ["etcd-peer-tls", secret("peer", peer)],
    [clientSecret, secret("etcd-client", client)],
  ]);
}
