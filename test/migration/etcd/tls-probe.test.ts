import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { CertificateError } from "../../../migration/certificates/client-certificate.ts";
import { EtcdTlsError, type TlsReason } from "../../../migration/etcd/errors.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import type { EtcdTarget } from "../../../migration/etcd/etcd-target.ts";
import { withRetries } from "../../../migration/copy/store/retry.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { freePort, issueServerCertificate, startEtcd, type EtcdProcess } from "../../etcd-process.ts";

let authority: CertificateAuthority;
let otherAuthority: CertificateAuthority;
let etcd: EtcdProcess;
before(async () => {
  // The same subject: only the signature tells the two apart.
  [authority, otherAuthority] = await Promise.all([createAuthority("the-ca"), createAuthority("the-ca")]);
  etcd = await startEtcd({ authority });
});
after(async () => {
  await etcd.stop();
  await Promise.all([authority.remove(), otherAuthority.remove()]);
});

test("names a CA that did not sign the server's certificate", async () => {
  const named = await createAuthority("another-ca");
  for (const { certificate } of [otherAuthority, named]) {
    const error = await tlsErrorOf(withTls({ certificateAuthority: certificate }), "authority");
    assert.match(error.message, /not signed by the CA/);
  }
  await named.remove();
});

test("names the host name that the server's certificate does not have", async () => {
  const error = await tlsErrorOf(withTls({ serverName: "another.test" }), "serverName");
  assert.match(error.message, /not for the name another\.test/);
});

test("names an expired server certificate", async () => {
  const expired = await startEtcd({ authority, serverCertificate: await issueServerCertificate(authority, -1) });
  const error = await tlsErrorOf(expired.target, "validity");
  assert.match(error.message, /expired/);
  await expired.stop();
});

test("names the client certificate when the server rejects it", async () => {
  const { certificate, privateKey } = await otherAuthority.issue({ commonName: "stranger", usages: ["clientAuth"] });
  const error = await tlsErrorOf(withTls({ certificate, privateKey }), "clientCertificate");
  assert.match(error.message, /rejected the client certificate/);
  assert(error.message.includes(`https://127.0.0.1:${etcd.port}`));
});

test("names a port that serves no TLS, and never falls back to plaintext", async () => {
  const received: Buffer[] = [];
  const plain = createServer((socket) => {
    socket.on("data", (data: Buffer) => {
      received.push(data);
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    socket.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(plain, "listening");
  const { port } = plain.address() as AddressInfo;
  try {
    await tlsErrorOf({ ...etcd.target, addresses: [{ host: "127.0.0.1", port }] }, "protocol");
  } finally {
    plain.close();
  }

  assert(received.length > 0);
  // TLS records begin with 0x16 (handshake) or 0x15 (alert); an HTTP/2 preface would begin with "PRI".
  assert(received.every((data) => data[0] === 0x16 || data[0] === 0x15));
});

test("asks another member when one does not answer", async () => {
  const nobody = { host: "127.0.0.1", port: await freePort() };
  const store = connectEtcd({ ...etcd.target, addresses: [nobody, ...etcd.target.addresses] });
  const statuses = await Promise.all(Array.from({ length: 8 }, () => withRetries(() => store.status(), {})));
  store.close();
  assert.equal(new Set(statuses.map(({ clusterId }) => clusterId)).size, 1);
});

test("refuses unusable material before it dials", async () => {
  const { privateKey } = await authority.issue({ commonName: "another" });
  assert.throws(() => connectEtcd(withTls({ privateKey })), CertificateError);
  assert.throws(() => connectEtcd(withTls({ certificateAuthority: Buffer.from("") })), CertificateError);
  const { certificate, certificateAuthority } = etcd.tls;
  const withoutKey = { ...etcd.target, tls: { certificateAuthority, certificate } };
  assert.throws(() => connectEtcd(withoutKey), /private key is missing/);
});

function withTls(changes: Partial<NonNullable<EtcdTarget["tls"]>>): EtcdTarget {
  return { ...etcd.target, tls: { ...etcd.tls, ...changes } };
}

async function tlsErrorOf(target: EtcdTarget, reason: TlsReason): Promise<EtcdTlsError> {
  const store = connectEtcd(target);
  const error: unknown = await store.status().catch((failure: unknown) => failure);
  store.close();
  assert(error instanceof EtcdTlsError, `expected an EtcdTlsError, got ${String(error)}`);
  assert.equal(error.reason, reason, error.message);
  assert.equal(error.kind, "permanent");
  return error;
}
