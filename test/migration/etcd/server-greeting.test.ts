import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readServerGreeting } from "../../../migration/etcd/server-greeting.ts";
import { createAuthority } from "../../certificate-authority.ts";
import { freePort, issueServerCertificate, startEtcd } from "../../etcd-process.ts";

describe("what a member shows to whoever connects", () => {
  it("is its certificate and the version that its cluster is run as", async () => {
    const authority = await createAuthority();
    const serverCertificate = await issueServerCertificate(authority);
    const etcd = await startEtcd({ authority, serverCertificate });
    try {
      const { certificate, clusterVersion } = await readServerGreeting(etcd.target.addresses[0] as never, etcd.tls);
      assert.equal(certificate?.toString().trim(), serverCertificate.certificate.toString().trim());
      assert.match(clusterVersion ?? "", /^3\.\d+\.0$/);
    } finally {
      await etcd.stop();
      await authority.remove();
    }
  });

  it("is its certificate alone to one whose own it does not take", async () => {
    const etcd = await startEtcd();
    const stranger = await createAuthority();
    try {
      const issued = await stranger.issue({ commonName: "stranger", usages: ["clientAuth"] });
      const shown = await readServerGreeting(
        { host: "127.0.0.1", port: etcd.port },
        { ...etcd.tls, certificate: issued.certificate, privateKey: issued.privateKey },
      );
      assert.match(shown.certificate?.subject ?? "", /etcd-server/);
      assert.equal(shown.clusterVersion, undefined);
    } finally {
      await etcd.stop();
      await stranger.remove();
    }
  });

  it("is nothing where nobody listens", async () => {
    const etcd = { host: "127.0.0.1", port: await freePort() };
    assert.deepEqual(await readServerGreeting(etcd, { certificateAuthority: Buffer.alloc(0) }), {});
  });
});
