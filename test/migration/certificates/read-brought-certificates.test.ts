import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { V1Secret } from "@kubernetes/client-node";
import type { BroughtCertificates } from "../../../migration/certificates/brought-certificates.ts";
import { readBroughtFiles, readBroughtSecrets } from "../../../migration/certificates/read-brought-certificates.ts";
import { ClusterRequestError } from "../../../migration/kubernetes/errors.ts";
import { createAuthority } from "../../certificate-authority.ts";
import { issueSet, writeSet } from "../../issued-set.ts";

const place = { clusterName: "db", namespace: "storage", clusterDomain: "cluster.local" };
const names = { server: "my-server", peer: "my-peer", client: "my-client" };

describe("certificates in files and Secrets", () => {
  let folder: string;
  let set: BroughtCertificates;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "brought-"));
    const authority = await createAuthority();
    set = await issueSet(place, { authorities: { members: authority, clients: authority } });
    await authority.remove();
  });
  after(() => rm(folder, { recursive: true }));

  it("are read from a folder, and say where each part is from", async () => {
    const directory = path.join(folder, "whole");
    await writeSet(directory, set);
    const { brought, problems } = readBroughtFiles(directory, "certificateDirectory");
    assert.deepEqual(problems, []);
    assert.deepEqual(brought.client?.privateKey, set.client.privateKey);
    assert.deepEqual(brought.peer?.certificateAuthority, set.peer.certificateAuthority);
    assert.equal(brought.client.places.certificateAuthority, `etcd-client-ca.crt in folder ${directory}`);
  });

  it("share one ca.crt where a CA has no file of its own", async () => {
    const directory = path.join(folder, "shared");
    await writeSet(directory, set);
    await writeFile(path.join(directory, "ca.crt"), "the shared one");
    await Promise.all(["server-ca.crt", "etcd-client-ca.crt"].map((name) => rm(path.join(directory, name))));
    const { brought, problems } = readBroughtFiles(directory, "certificateDirectory");
    assert.deepEqual(problems, []);
    assert.equal(brought.server?.certificateAuthority.toString(), "the shared one");
    assert.equal(brought.client?.places.certificateAuthority, `ca.crt in folder ${directory}`);
    assert.deepEqual(brought.peer?.certificateAuthority, set.peer.certificateAuthority);
  });

  it("have all files named that are not there, and those read that are", async () => {
    const directory = path.join(folder, "few");
    await writeSet(directory, set);
    await Promise.all(["server.crt", "server.key", "peer-ca.crt"].map((name) => rm(path.join(directory, name))));
    const { brought, problems } = readBroughtFiles(directory, "certificateDirectory");
    assert.deepEqual(Object.keys(brought), ["client"]);
    assert.equal(problems.length, 3);
    for (const [index, name] of ["server.crt", "server.key", "peer-ca.crt"].entries()) {
      assert.ok(problems[index]?.startsWith(`${name} in certificateDirectory is `), problems[index]);
      assert.match(problems[index] ?? "", /does not exist/);
    }
  });

  it("have a folder named that does not exist", () => {
    const { problems } = readBroughtFiles("no/such/folder", "certificateDirectory");
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /^certificateDirectory is "no\/such\/folder": there is no such folder\. Check the path/,
    );
  });

  it("are read from Secrets under cert-manager's keys or the etcd-operator's, whichever a Secret has", async () => {
    const { brought, problems } = await readBroughtSecrets(
      clusterWith({
        "my-server": { "tls.crt": "a", "tls.key": "b", "ca.crt": "c" },
        "my-peer": { "peer.crt": "d", "peer.key": "e", "peer-ca.crt": "f" },
        "my-client": { "tls.crt": "g", "tls.key": "h", "ca.crt": "i", "etcd-client.crt": "j" },
      }),
      "storage",
      names,
    );
    assert.deepEqual(problems, []);
    assert.equal(brought.server?.certificate.toString(), "a");
    assert.equal(brought.peer?.privateKey.toString(), "e");
    assert.equal(brought.client?.certificateAuthority.toString(), "i");
    assert.equal(brought.server.places.privateKey, "key tls.key of Secret my-server");
  });

  it("have all Secrets and keys named that are not there, with those that are", async () => {
    const { brought, problems } = await readBroughtSecrets(
      clusterWith({ "my-server": { "tls.crt": "a", "tls.key": "b" }, "my-client": {} }),
      "storage",
      names,
    );
    assert.deepEqual(brought, {});
    assert.match(problems[0] ?? "", /^Secret my-peer does not exist in namespace storage\./);
    assert.match(
      problems[1] ?? "",
      /^Secret storage\/my-server has nothing under the key ca\.crt: it has tls\.crt, tls\.key\./,
    );
    assert.equal(problems.filter((problem) => problem.startsWith("Secret storage/my-client has nothing")).length, 3);
    assert.equal(problems.length, 5);
  });
});

function clusterWith(secrets: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const readNamespacedSecret = ({ name }: { name: string }): Promise<V1Secret> => {
    const data = secrets[name];
    if (data === undefined) {
      return Promise.reject(new ClusterRequestError({ method: "GET", path: `/secrets/${name}` }, 404, "not found"));
    }
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    return Promise.resolve({ data: Object.fromEntries(encoded) as Record<string, string> });
  };
  return { core: { readNamespacedSecret } } as unknown as Parameters<typeof readBroughtSecrets>[0];
}
