import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import type { Blocker } from "../../../../../migration/blockers/blocker.ts";
import { withoutKeys, type BroughtCertificates } from "../../../../../migration/certificates/brought-certificates.ts";
import { checkAuthorities, type AuthorityFacts } from "../../../../../migration/plan/rules/etcd/authorities.ts";
import type { GeneratedAuthority } from "../../../../../migration/plan/plan-request.ts";
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

  it("may be renewed by their CA, and have a CA added, while members run", async () => {
    const renewed = await issueSet(place, { authorities: { members, clients } });
    assert.deepEqual(check(renewed), []);
    const added = Buffer.concat([renewed.peer.certificateAuthority, strangers.certificate]);
    assert.deepEqual(check({ ...renewed, peer: { ...renewed.peer, certificateAuthority: added } }), []);
  });

  it("may not come from another CA while members run, not even from one that was added to the file", async () => {
    const others = await issueSet(place, { authorities: { members: strangers, clients: strangers } });
    const [blocker, ...more] = check(others);
    assert.deepEqual(more, []);
    assert.equal(blocker?.kind, "anotherAuthority");
    assert.match(blocker.message, /than that of etcd-client\.crt, server\.crt, peer\.crt: /);

    const added = Buffer.concat([first.peer.certificateAuthority, strangers.certificate]);
    const running = { ...first, peer: { ...first.peer, certificateAuthority: added } };
    const peerOfAdded = { ...first, peer: { ...others.peer, certificateAuthority: added } };
    assert.match(check(peerOfAdded, running)[0]?.message ?? "", /than that of peer\.crt: /);
  });

  it("may not lose a CA that certificates in use are of", () => {
    const only = { ...first.server, certificateAuthority: members.certificate };
    assert.match(check({ ...first, server: only })[0]?.message ?? "", /than that of etcd-client\.crt: /);
  });

  it("may come from any CA where no members run", async () => {
    const others = await issueSet(place, { authorities: { members: strangers, clients: strangers } });
    const facts = { secrets: served(first), clientSecret, namespace: "storage", hasMembers: false };
    assert.deepEqual(blockersOf({ ...facts, brought: withoutKeys(others) }), []);
    assert.deepEqual(blockersOf({ ...facts, brought: undefined }), []);
  });

  it("may not be followed by generated ones while members run; generated ones follow generated ones", () => {
    const facts = { brought: undefined, clientSecret, namespace: "storage", hasMembers: true };
    const [blocker] = blockersOf({
      ...facts,
      secrets: served(first, { "trident-etcd/certificates": "brought" }),
    });
    assert.match(blocker?.message ?? "", /Generated ones would be of another CA/);
    assert.deepEqual(blockersOf({ ...facts, secrets: served(first) }), []);
  });

  function check(brought: BroughtCertificates, running = first) {
    const facts = { secrets: served(running), clientSecret, namespace: "storage", hasMembers: true };
    return blockersOf({ ...facts, brought: withoutKeys(brought) });
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

describe("a generated CA of members that run", () => {
  it("may stay as it is, and be waited for where it can't be read", async () => {
    assert.deepEqual(await checkGenerated("a CA", { keyAlgorithm: "ECDSA", organization: "" }), []);
    assert.deepEqual(await checkGenerated("a CA/O=Storage", { keyAlgorithm: "ECDSA", organization: "Storage" }), []);
    const generated = { keyAlgorithm: "RSA", organization: "" } as const;
    assert.deepEqual(blockersOf({ ...runningMembers, generated, secrets: new Map() }), []);
  });

  it("may not become another one: each is named with the way back", async () => {
    const blockers = await checkGenerated("a CA/O=Storage", { keyAlgorithm: "RSA", organization: "Backup" });
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [
        ["anotherAuthority", "Secret/etcd-server-tls"],
        ["anotherAuthority", "Secret/etcd-server-tls"],
      ],
    );
    assert.match(
      blockers[0]?.message ?? "",
      /^The key algorithm of generated certificates is to be "RSA", and the CA .* has "ECDSA"\. .*: they would let nobody in, .* with the data in them\.$/,
    );
    assert.match(inSettings(blockers[0]?.remedy ?? ""), /pulumi config set certificateKeyAlgorithm ECDSA/);
    assert.match(
      blockers[1]?.message ?? "",
      /^The organization of generated certificates is to be "Backup", and .* has "Storage"/,
    );
    assert.match(inSettings(blockers[1]?.remedy ?? ""), /pulumi config set certificateOrganization Storage/);
    const [added] = await checkGenerated("a CA", { keyAlgorithm: "ECDSA", organization: "Storage" });
    assert.match(added?.message ?? "", /has none\./);
    assert.match(inSettings(added?.remedy ?? ""), /pulumi config rm certificateOrganization/);
  });

  it("is told by the kind of its key", async () => {
    const rsa = ["-newkey", "rsa:2048", "-nodes"];
    assert.deepEqual(await checkGenerated("a CA", { keyAlgorithm: "RSA", organization: "" }, rsa), []);
    assert.equal((await checkGenerated("a CA", { keyAlgorithm: "ECDSA", organization: "" }, rsa)).length, 1);
  });
});

async function checkGenerated(subject: string, wanted: GeneratedAuthority, newKey?: readonly string[]) {
  const authority = await createAuthority(subject, 2, newKey);
  await authority.remove();
  const data = { "server-ca.crt": authority.certificate.toString("base64") };
  return blockersOf({ ...runningMembers, generated: wanted, secrets: new Map([["etcd-server-tls", { data }]]) });
}

const runningMembers = { brought: undefined, clientSecret, namespace: "storage", hasMembers: true };

function blockersOf(facts: AuthorityFacts): readonly Blocker[] {
  const { blockers, risks } = checkAuthorities(facts);
  assert.deepEqual(risks, []);
  return blockers;
}
