import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ConfigurationError } from "../../program/settings/configuration-error.ts";
import { defaultSettings, type Settings } from "../../program/settings/settings.ts";
import { readEtcdIdentity } from "../../program/read-etcd-identity.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../certificate-authority.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../migration/kubernetes/fake-kubernetes.ts";

describe("what the settings name for an existing etcd", () => {
  let authority: CertificateAuthority;
  let client: IssuedCertificate;
  let fake: FakeKubernetes;

  before(async () => {
    authority = await createAuthority();
    client = await authority.issue({ commonName: "trident", usages: ["clientAuth"] });
    fake = await startFakeKubernetes();
    const files = { "ca.crt": authority.certificate, "tls.crt": client.certificate, "tls.key": client.privateKey };
    const data = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, file.toString("base64")]));
    fake.objects.set("/api/v1/namespaces/trident/secrets/from-cert-manager", {
      metadata: { name: "from-cert-manager" },
      data,
    });
  });
  after(async () => {
    await authority.remove();
    await fake.stop();
  });

  it("is read from files, with the password", async () => {
    const identity = await read({ ...files(), existingEtcdUsername: "u", existingEtcdPassword: "p" });
    const { tls } = identity;
    assert.ok(tls !== undefined);
    assert.ok(tls.privateKey.equals(client.privateKey));
    assert.ok(tls.certificate.equals(client.certificate));
    assert.ok(tls.certificateAuthority.equals(authority.certificate));
    assert.deepEqual(identity.credentials, { username: "u", password: "p" });
  });

  it("is read from a Secret under the keys that it has", async () => {
    const identity = await read({
      existingEtcdSecret: "from-cert-manager",
      existingEtcdSecretKeys: ["ca.crt", "tls.crt", "tls.key"],
    });
    assert.ok(identity.tls?.privateKey.equals(client.privateKey));
    assert.equal(identity.credentials, undefined);
  });

  it("is nothing for plaintext", async () => {
    assert.deepEqual(await read({ existingEtcdPlaintext: true }), {});
  });

  it("is refused with every file that is not there", async () => {
    const missing = { ...files(), existingEtcdCaFile: "/nowhere/ca.crt", existingEtcdKeyFile: "/nowhere/tls.key" };
    await assertRefused(missing, [/^existingEtcdCaFile is "\/nowhere\/ca.crt"/, /^existingEtcdKeyFile is /]);
  });

  it("is refused with every key that a Secret lacks", async () => {
    const other = { existingEtcdSecret: "from-cert-manager", existingEtcdSecretKeys: ["ca.crt", "a", "b"] };
    await assertRefused(other, [/under the key a: it has ca\.crt, tls\.crt, tls\.key/, /under the key b/]);
  });

  it("is refused when the key is another certificate's, naming the setting and showing nothing of it", async () => {
    const other = await authority.issue({ commonName: "other" });
    const refused = { ...files(), existingEtcdKeyFile: other.privateKeyFile };
    await assertRefused(refused, [/^existingEtcdKeyFile is ".*": the client's private key does not belong to/]);
  });

  async function assertRefused(change: Partial<Settings>, problems: readonly RegExp[]): Promise<void> {
    await assert.rejects(read(change), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.problems.length, problems.length);
      for (const [index, problem] of problems.entries()) assert.match(error.problems[index] ?? "", problem);
      assert.doesNotMatch(error.message, /-----BEGIN/);
      return true;
    });
  }

  function files() {
    return {
      existingEtcdCaFile: authority.certificateFile,
      existingEtcdCertificateFile: client.certificateFile,
      existingEtcdKeyFile: client.privateKeyFile,
    };
  }

  function read(change: Partial<Settings>) {
    return readEtcdIdentity({ ...defaultSettings, ...change }, { kubeconfig: fake.kubeconfig });
  }
});
