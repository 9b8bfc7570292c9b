import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import type { ClusterTarget } from "../../etcd-cluster.ts";
import { issueServerCertificate, startEtcd } from "../../etcd-process.ts";
import { copyNow } from "../copy-now.ts";
import { failureOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
let stranger: CertificateAuthority;
let state: KnownState;
before(async () => {
  pair = await startPair();
  stranger = await createAuthority("a-stranger");
  state = await KnownState.begin(pair, numbered(10));
});
after(async () => {
  await stranger.remove();
  await pair.stop();
});

// Each is to be refused within 10 s; the limit of the test leaves room for a busy machine.
const LIMIT = { timeout: 20_000 };

test("row 23: a CA that did not sign the destination's certificate is named", LIMIT, async () => {
  const error = await refusal({ certificateAuthority: stranger.certificate });
  assert.match(error.story, /not signed by the CA/);
});

test("row 23: a host name that is not the certificate's is named", LIMIT, async () => {
  const error = await refusal({ serverName: "another.test" });
  assert.match(error.story, /not for the name another\.test/);
});

test("row 23: an expired server certificate is named", LIMIT, async () => {
  const authority = await createAuthority("expired-ca");
  const expired = await startEtcd({ authority, serverCertificate: await issueServerCertificate(authority, -1) });
  try {
    const { certificate, privateKey } = await authority.issue({ commonName: "client", usages: ["clientAuth"] });
    const { port } = expired;
    const error = await failureOf(
      copyNow(
        pair.source.target,
        {
          addresses: [{ host: "127.0.0.1", port }],
          tls: { certificateAuthority: authority.certificate, certificate, privateKey, serverName: "etcd.test" },
        },
        { range: prefixRange(state.prefix) },
      ),
    );
    assert.match(error.story, /expired/);
  } finally {
    await expired.stop();
    await authority.remove();
  }
});

test("row 24: a rejected client certificate is named, with the side that rejects it", LIMIT, async () => {
  const { certificate, privateKey } = await stranger.issue({ commonName: "client", usages: ["clientAuth"] });
  const error = await refusal({ certificate, privateKey });
  assert.match(error.story, /rejected the client certificate/);
  assert.match(
    error.story,
    new RegExp(`:${pair.destination.proxies[0]?.port ?? 0}`),
    "the destination is the one that rejects",
  );
});

test("row 25: a certificate that does not belong to the key is refused before anything is dialled", async () => {
  const { privateKey } = await pair.destination.cluster.authority.issue({ commonName: "another" });
  assert.throws(() => connectEtcd(altered({ privateKey })), /does not belong to the client certificate/);
});

test("row 25: a key without its certificate is refused before anything is dialled", () => {
  assert.throws(() => connectEtcd(altered({ certificate: Buffer.alloc(0) })), /client certificate/);
});

test("row 22: TLS material that was not read is refused, and never means plaintext", () => {
  assert.throws(() => connectEtcd(altered({ certificateAuthority: Buffer.alloc(0) })), /CA certificate/);
});

function altered(changes: Partial<ClusterTarget["tls"]>): ClusterTarget {
  const { addresses, tls } = pair.destination.target;
  return { addresses, tls: { ...tls, ...changes } };
}

async function refusal(changes: Partial<ClusterTarget["tls"]>) {
  const before = await pair.destination.gateway.revision();
  const error = await failureOf(copyNow(pair.source.target, altered(changes), { range: prefixRange(state.prefix) }));
  assert.equal(await pair.destination.gateway.revision(), before);
  return error;
}
