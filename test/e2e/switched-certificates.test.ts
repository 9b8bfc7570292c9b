import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-switched";
const secretNames = ["etcd-server-tls", "etcd-peer-tls", "etcd-client-tls"];
const settings = { namespace, etcdClusterSize: "1" };

describe("the certificates of a stack that runs", () => {
  const cluster = connectSandbox();
  let folder: string;
  let stack: TestStack;
  let members: string[];
  let secretsBefore: string[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-switched-"));
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-switched", settings);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    members = await podNames(cluster, namespace, "app=etcd");
    secretsBefore = await secretsWithFiles();
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await rm(folder, { recursive: true });
  });

  it("are not generated anew from another CA, as a changed setting would have it", async () => {
    await stack.configure({ ...settings, certificateOrganization: "Storage" });
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assert.match(
      up.printed,
      /organization of generated certificates is to be "Storage", and the CA .*`pulumi config rm certificateOrganization`/s,
    );
    assert.deepEqual(await secretsWithFiles(), secretsBefore);
  });

  it("are generated ones first, and then the same from files: the Secrets are changed in place, and the members stay", async () => {
    await stack.configure({ ...settings, certificateOrganization: "", certificateDirectory: folder });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await secretsWithFiles(), secretsBefore);
    assert.deepEqual(await podNames(cluster, namespace, "app=etcd"), members);
    const state = await stack.exportState();
    assert.doesNotMatch(state, /tls:index/);
    assert.match(state, /trident-etcd:index:BroughtEtcdTls/);
  });

  it("are not generated again once they were brought", async () => {
    await stack.configure({ ...settings, certificateDirectory: "" });
    const preview = await stack.preview();
    assert.ok(!preview.succeeded, preview.printed);
    assert.match(preview.printed, /Generated ones would be of another CA/);
  });

  /** Which Secrets there are; writes what is in them to files. */
  async function secretsWithFiles(): Promise<string[]> {
    const secrets = await Promise.all(
      secretNames.map((name) => cluster.core.readNamespacedSecret({ namespace, name })),
    );
    for (const [name, content] of secrets.flatMap(({ data = {} }) => Object.entries(data))) {
      await writeFile(path.join(folder, name), Buffer.from(content, "base64"), { mode: 0o600 });
    }
    return secrets.map(
      ({ metadata, data }) => `${String(metadata?.name)} ${String(metadata?.uid)} ${JSON.stringify(data)}`,
    );
  }
});
