import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { readCertificates } from "../../program/read-certificates.ts";
import { ConfigurationError } from "../../program/settings/configuration-error.ts";
import { defaultSettings, type Settings } from "../../program/settings/settings.ts";
import { createAuthority, type CertificateAuthority } from "../certificate-authority.ts";
import { issueSet, writeSet } from "../issued-set.ts";

describe("the certificates that the settings name for the stack's own etcd", () => {
  let folder: string;
  let authority: CertificateAuthority;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "trident-etcd-certificates-"));
    authority = await createAuthority();
    const place = { clusterName: "trident-etcd", namespace: "trident", clusterDomain: "cluster.local" };
    await writeSet(folder, await issueSet(place, { authorities: { members: authority, clients: authority } }));
  });
  after(async () => {
    await authority.remove();
    await rm(folder, { recursive: true });
  });

  it("are none where they are to be generated", async () => {
    assert.equal(await read({}), undefined);
  });

  it("are read from a folder, and found fit for the members", async () => {
    const certificates = await read({ certificateDirectory: folder });
    assert.deepEqual(Object.keys(certificates ?? {}), ["server", "peer", "client"]);
  });

  it("are refused when they are made out to other members, with all that is wrong", async () => {
    const error = await read({ certificateDirectory: folder, namespace: "storage" }).catch((raised: unknown) => raised);
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /storage/);
  });

  it("are refused when their files are not there", async () => {
    const nowhere = join(folder, "nowhere");
    await assert.rejects(read({ certificateDirectory: nowhere }), ConfigurationError);
  });

  function read(change: Partial<Settings>) {
    return readCertificates({ ...defaultSettings, ...change }, "trident-etcd", {});
  }
});
