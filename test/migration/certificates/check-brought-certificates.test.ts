import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { BroughtCertificates, CertificateRole } from "../../../migration/certificates/brought-certificates.ts";
import { checkBroughtCertificates } from "../../../migration/certificates/check-brought-certificates.ts";
import { createAuthority, type CertificateAuthority, type CertificateRequest } from "../../certificate-authority.ts";
import { issueSet } from "../../issued-set.ts";

const place = { clusterName: "db", namespace: "storage", clusterDomain: "example.internal" };

describe("certificates that were brought", () => {
  let members: CertificateAuthority;
  let clients: CertificateAuthority;
  let stranger: CertificateAuthority;
  let fit: BroughtCertificates;

  before(async () => {
    [members, clients, stranger] = await Promise.all([
      createAuthority("members"),
      createAuthority("clients"),
      createAuthority("members"),
    ]);
    fit = await issueSet(place, { authorities: { members, clients } });
  });
  after(() => Promise.all([members, clients, stranger].map((authority) => authority.remove())));

  const problemsOf = (brought: Partial<BroughtCertificates>, now = new Date()) =>
    checkBroughtCertificates(brought, place, now);
  const changed = (change: Partial<Record<CertificateRole, Partial<CertificateRequest>>>) =>
    issueSet(place, { authorities: { members, clients }, change });
  const withPart = (
    role: CertificateRole,
    part: Partial<BroughtCertificates[CertificateRole]>,
  ): BroughtCertificates => ({ ...fit, [role]: { ...fit[role], ...part } });

  it("are accepted when they are fit, from one CA or from one for members and one for clients", async () => {
    assert.deepEqual(problemsOf(fit), []);
    const one = await issueSet(place, { authorities: { members, clients: members } });
    assert.deepEqual(problemsOf(one), []);
  });

  it("are refused for names that members are reached by and the certificate lacks, each on a line", async () => {
    const few = { alternativeNames: ["DNS:*.db.storage.svc", "DNS:localhost", "DNS:db-client"] };
    const [server, peer, ...others] = problemsOf(
      await changed({ server: few, peer: { alternativeNames: ["DNS:db-0.db.storage.svc"] } }),
    );
    assert.deepEqual(others, []);
    assert.match(
      server ?? "",
      /^server\.crt lacks names under which members are reached:\n {6}\*\.db\.storage\.svc\.example\.internal\n {6}db-client\.storage\.svc\n {6}db-client\.storage\.svc\.example\.internal\n {4}Issue it for all of these, in OpenSSL with `subjectAltName=DNS:\*\.db\.storage\.svc,DNS:.*,DNS:localhost`, in cert-manager under `dnsNames`\.$/,
    );
    assert.match(
      peer ?? "",
      /^peer\.crt lacks names .*\n {6}\*\.db\.storage\.svc\n {6}\*\.db\.storage\.svc\.example\.internal\n/,
    );
  });

  it("are refused where a common name alone says whom they are for", async () => {
    const [problem] = problemsOf(await changed({ server: { commonName: "localhost", alternativeNames: [] } }));
    assert.match(problem ?? "", /\n {6}localhost\n/);
  });

  it("are refused for usages that they lack: members are servers and clients, clients are clients", async () => {
    const problems = problemsOf(
      await changed({
        server: { usages: ["serverAuth"] },
        peer: { usages: ["clientAuth"] },
        client: { usages: ["serverAuth"] },
      }),
    );
    assert.equal(problems.length, 3);
    assert.match(
      problems[0] ?? "",
      /^server\.crt may not be used for clientAuth\. .*`extendedKeyUsage=serverAuth,clientAuth`/,
    );
    assert.match(problems[1] ?? "", /^peer\.crt may not be used for serverAuth\. /);
    assert.match(
      problems[2] ?? "",
      /^etcd-client\.crt may not be used for clientAuth\. .*`extendedKeyUsage=clientAuth`/,
    );
  });

  it("are refused for a key that may not sign, and accepted where that is allowed or not limited", async () => {
    const problems = problemsOf(
      await changed({ server: { keyUsage: "keyEncipherment" }, client: { keyUsage: "digitalSignature" } }),
    );
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", /^server\.crt has a key that may not sign/);
  });

  it("are refused for a key that belongs to another certificate", () => {
    const problems = problemsOf(withPart("peer", { privateKey: fit.server.privateKey }));
    assert.deepEqual(problems, ["peer.key does not belong to peer.crt. Use the two that were issued together."]);
  });

  it("are refused for a key with a passphrase, with the command that writes it without, and nothing of the key", () => {
    const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "a passphrase" } as const;
    const privateKey = Buffer.from(createPrivateKey(fit.client.privateKey).export(cipher));
    const [problem, ...others] = problemsOf(withPart("client", { privateKey }));
    assert.deepEqual(others, []);
    assert.match(problem ?? "", /^etcd-client\.key has a passphrase.*`openssl pkey -in KEY -out KEY\.plain`\.$/);
    assert.doesNotMatch(problem ?? "", /BEGIN/);
  });

  it("are refused for a key that is too weak, or of a kind that is too new", async () => {
    const problems = problemsOf(
      await changed({
        server: { newKey: ["-newkey", "rsa:1024", "-nodes"] },
        client: { newKey: ["-newkey", "ed25519", "-nodes"] },
      }),
    );
    assert.equal(problems.length, 2, problems.join("\n"));
    assert.match(problems[0] ?? "", /^server\.key is an RSA key of 1024 bits, which is too weak\. .*2048/);
    assert.match(problems[1] ?? "", /^etcd-client\.key is a key of type ed25519/);
  });

  it("are accepted with RSA keys of 2048 bits", async () => {
    assert.deepEqual(problemsOf(await changed({ server: { newKey: ["-newkey", "rsa:2048", "-nodes"] } })), []);
  });

  it("are refused before and after the time that they are valid in, the CA as well", () => {
    const year = 365 * 86_400_000;
    const ended = problemsOf(fit, new Date(Date.now() + year));
    // A file of two CAs has a problem for each, told once if both were made in the same second.
    assert.deepEqual(
      [...new Set(ended.map((problem) => problem.replace(/expired on [\d-]+T[\d:.]+Z\. Renew it\.$/, "expired")))],
      [
        "server-ca.crt expired",
        "server.crt expired",
        "peer-ca.crt expired",
        "peer.crt expired",
        "etcd-client-ca.crt expired",
        "etcd-client.crt expired",
      ],
    );
    assert.match(problemsOf(fit, new Date(Date.now() - year)).join("\n"), /^server\.crt is not valid before .*clocks/m);
  });

  it("are refused when the side that they are shown to has another CA, of the same name even", () => {
    const client = withPart("client", { certificateAuthority: stranger.certificate });
    assert.deepEqual(problemsOf(client), [
      "server.crt is not signed by a CA in etcd-client-ca.crt, by which clients tell the members. " +
        "Put the CA that signed it there, and intermediate certificates behind the certificate itself, or have it issued by that CA.",
    ]);
    const server = withPart("server", { certificateAuthority: members.certificate });
    assert.match(
      problemsOf(server).join("\n"),
      /^etcd-client\.crt is not signed by a CA in server-ca\.crt, by which members tell their clients\. [^\n]*$/,
    );
    const gateway = withPart("server", { certificateAuthority: clients.certificate });
    assert.match(
      problemsOf(gateway).join("\n"),
      /^server\.crt is not signed by a CA in server-ca\.crt, by which a member tells itself[^\n]*$/,
    );
    const peer = withPart("peer", { certificateAuthority: clients.certificate });
    assert.match(
      problemsOf(peer).join("\n"),
      /^peer\.crt is not signed by a CA in peer-ca\.crt, by which members tell each other\. [^\n]*$/,
    );
  });

  it("are refused when what is to be a CA is none", () => {
    const [problem] = problemsOf(withPart("peer", { certificateAuthority: fit.peer.certificate }));
    assert.match(problem ?? "", /^peer-ca\.crt holds a certificate that is not a CA's \(CN=a peer\)\. .*CA:TRUE/);
  });

  it("are refused when they can't be parsed, and nothing of them is told", () => {
    const problems = problemsOf({
      ...withPart("server", { certificate: Buffer.from("secret content") }),
      peer: { ...fit.peer, privateKey: Buffer.from("secret content") },
    });
    assert.deepEqual(problems, [
      "server.crt holds no PEM certificate (14 bytes).",
      "peer.key cannot be parsed: it is no valid PEM private key.",
    ]);
  });

  it("have what is wrong with a file that serves for several told once, and those that could not be read left out", () => {
    const places = { ...fit.server.places, certificateAuthority: "ca.crt" };
    const expired = { certificateAuthority: Buffer.from("nothing"), places };
    const problems = problemsOf({ server: { ...fit.server, ...expired }, client: { ...fit.client, ...expired } });
    assert.deepEqual(problems, ["ca.crt holds no PEM certificate (7 bytes)."]);
  });
});
