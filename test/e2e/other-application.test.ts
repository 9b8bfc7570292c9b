import assert from "node:assert/strict";
import { lstat, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { V1Secret } from "@kubernetes/client-node";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf, parseKeys, valuesOf } from "./etcd-keys.ts";
import { startPlainEtcd, type PlainContents, type PlainEtcd } from "./plain-etcd.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";
import { keysOfSnapshot, savedSnapshot } from "./saved-snapshot.ts";
import { installExample, type ScratchProject } from "./scratch-project.ts";

const namespace = "e2e-inventory";
const oldNamespace = "e2e-old-inventory";
const tsc = "node_modules/typescript/bin/tsc";

describe("another application, with the packed library", () => {
  const cluster = connectSandbox();
  let oldEtcd: PlainEtcd;
  let project: ScratchProject;
  let stack: TestStack;
  let objectsBefore: string[];
  let untouched: PlainContents;

  before(async () => {
    await createNamespace(cluster, oldNamespace);
    [oldEtcd, project] = await Promise.all([
      startPlainEtcd(cluster, oldNamespace),
      installExample("other-application"),
    ]);
    await oldEtcd.run("etcdctl put /orders/1 'of another application'");
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-inventory", settings(oldEtcd.url), project.folder);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, oldNamespace);
    await project.remove();
  });

  it("has types that a strict compiler accepts, its own declarations included, and that refuse a wrong program", async () => {
    const wrong = path.join(project.folder, "wrong.ts");
    await writeFile(
      wrong,
      `import { EtcdOperator } from "trident-etcd";\nnew EtcdOperator("a", { namespace: "b" });\n`,
    );
    const { printed } = await project.node(tsc, "--project", ".", "--skipLibCheck", "false");
    await rm(wrong);
    // Other packages' declarations have errors of their own.
    const ours = printed
      .split("\n")
      .filter((line) => /^(\w+\.ts|node_modules\/(@trident-etcd|trident-etcd)\/)/.test(line));
    assert.equal(ours.length, 1, printed);
    assert.match(ours[0] ?? "", /^wrong\.ts\(2,\d+\): .* not assignable to parameter of type 'EtcdOperatorArgs'/);
    assert.match(printed, /'clientSecretNames' is missing/);
  });

  it("has types for a CommonJS program's compiler, too", async () => {
    const old = [
      "--module",
      "commonjs",
      "--moduleResolution",
      "node10",
      "--target",
      "es2020",
      "--strict",
      "--skipLibCheck",
    ];
    const { succeeded, printed } = await project.node(tsc, "--noEmit", ...old, "index.ts");
    assert.ok(succeeded, printed);
  });

  it("lets in through one entry point alone", async () => {
    const names = await project.node(
      "--input-type=module",
      "--eval",
      `console.log(Object.keys(await import("trident-etcd")).join())`,
    );
    assert.match(
      names.printed,
      /^CrdRemoval,EtcdCluster,EtcdCopy,EtcdOperator,EtcdTls,ExistingEtcd,FinalSnapshot,FinalSnapshotTrial,KeptReport,ManagedEtcd,MembersGone,clusterApis$/m,
    );
    for (const deep of [
      "trident-etcd/library.js",
      "trident-etcd/components/etcd/etcd-tls.js",
      "trident-etcd/package.json",
    ]) {
      const refused = await project.node("--input-type=module", "--eval", `await import("${deep}")`);
      assert.match(refused.printed, /ERR_PACKAGE_PATH_NOT_EXPORTED/, deep);
    }
  });

  it("takes nothing from the checkout", async () => {
    const names = [
      "trident-etcd",
      "@trident-etcd/migration/copy-provider.ts",
      "@pulumi/pulumi",
      "@pulumi/tls",
      "etcd3",
    ];
    const program = `for (const name of ${JSON.stringify(names)}) console.log(import.meta.resolve(name))`;
    const { printed } = await project.node("--input-type=module", "--eval", program);
    const places = printed.trim().split("\n");
    assert.equal(places.length, names.length, printed);
    for (const place of places) assert.ok(place.startsWith(`file://${project.folder}/node_modules/`), place);
    assert.deepEqual(await linksIn(path.join(project.folder, "node_modules")), []);
    assert.ok(!project.folder.startsWith(repositoryRoot));
  });

  it("brings the command along", async () => {
    const { printed } = await project.node("node_modules/.bin/trident-etcd", "--version");
    assert.match(printed, /0\.1\.0/);
  });

  it("is told in a preview what is impossible, before anything is made", async () => {
    await stack.configure(settings("old.example.com"));
    const preview = await stack.preview();
    assert.ok(!preview.succeeded);
    assert.match(preview.printed, /"old\.example\.com" is no URL of an etcd\. Write https:\/\/HOST:2379/);
    await stack.configure(settings(oldEtcd.url));
  });

  it("does not start without its state: the copy says what is wrong, and the next up goes on from there", async () => {
    const up = await stack.up();
    assert.ok(!up.succeeded);
    assert.match(up.printed, /the source has no key under \/inventory\/.*Nothing was written\. Put that right/s);
    assert.doesNotMatch(up.printed, /\bat .*\.js:\d+/, "a stack trace");
    const { items } = await cluster.apps.listNamespacedDeployment({ namespace });
    assert.deepEqual(
      items.map(({ metadata }) => metadata?.name),
      ["etcd-operator"],
    );
  });

  it("gets its state, verified, before it starts", async () => {
    await oldEtcd.run("etcdctl put /inventory/schema 7");
    await oldEtcd.run("for i in $(seq 50); do printf '\\000\\377\\n' | etcdctl put /inventory/items/$i; done");
    untouched = await oldEtcd.contents();
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const { keys, sha256 } = up.outputs.copied?.value as { keys: number; sha256: string };
    assert.equal(keys, 51);
    assert.match(sha256, /^[0-9a-f]{64}$/);

    const expected = [...untouched.values].filter(([key]) => key.startsWith("/inventory/"));
    const copied = await keysOfMembers();
    assert.ok(copied.delete("/inventory/seen"), "the application has not written");
    assert.deepEqual(copied, new Map(expected));
    const { status } = await cluster.apps.readNamespacedDeployment({ namespace, name: "inventory" });
    assert.equal(status?.readyReplicas, 1);
    assert.deepEqual(await podNames(cluster, namespace, "app.kubernetes.io/component=gateway"), []);
  });

  it("is left as it is by a second up, and nothing is copied twice, whatever has changed", async () => {
    await oldEtcd.run("etcdctl put /inventory/schema 8");
    untouched = await oldEtcd.contents();
    await stack.configure(settings("http://elsewhere:2379"));
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assert.equal((await keysOfMembers()).get("/inventory/schema"), Buffer.from("7").toString("base64"));
  });

  it("is not deleted when its last snapshot could not be saved: nothing is, and what is wrong is said", async () => {
    const secret = await cluster.core.readNamespacedSecret({ namespace, name: "etcd-client-tls" });
    await cluster.core.deleteNamespacedSecret({ namespace, name: "etcd-client-tls" });
    const destroy = await stack.destroy();
    assert.ok(!destroy.succeeded);
    assert.match(destroy.printed, /Secret etcd-client-tls .* does not exist.*Nothing was deleted\./s);
    const { status } = await cluster.apps.readNamespacedDeployment({ namespace, name: "inventory" });
    assert.equal(status?.readyReplicas, 1);
    const { data, type, metadata } = secret;
    const { name, labels, annotations } = metadata ?? {};
    const body = { metadata: { name, labels, annotations }, type, data } as V1Secret;
    await cluster.core.createNamespacedSecret({ namespace, body });
  });

  it("is gone after destroy, its last snapshot is saved once it writes no more, and the old etcd is as it was", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    const places = [
      "Deployment application deleted",
      "saved before it is deleted",
      "EtcdCluster inventory-etcd-cluster del",
    ];
    const found = places.map((each) => destroy.printed.indexOf(each));
    assert.ok(!found.includes(-1), destroy.printed);
    assert.deepEqual(
      found,
      found.toSorted((one, other) => one - other),
      destroy.printed,
    );
    const saved = savedSnapshot(destroy);
    assert.ok(saved.startsWith(path.join(project.folder, "snapshots")), saved);
    const keys = await keysOfSnapshot(saved);
    assert.ok(keys.has("/inventory/seen"));
    assert.equal(keys.get("/inventory/schema"), Buffer.from("7").toString("base64"));
    assert.deepEqual(await oldEtcd.contents(), untouched);
    await eventually("the objects are those from before", async () => {
      return JSON.stringify(await objectsAround(cluster, namespace)) === JSON.stringify(objectsBefore);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    });
  });

  async function keysOfMembers(): Promise<Map<string, string>> {
    const [member = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=inventory-etcd");
    const words = ["get", "/inventory/", "--prefix", "-w", "json"];
    return valuesOf(parseKeys(await memberEtcdctlOf(cluster.kubeconfig, namespace, member, words)));
  }
});

function settings(oldEtcd: string): Record<string, string> {
  return { "inventory:namespace": namespace, "inventory:oldEtcd": oldEtcd };
}

/** Links among the packages, which could lead out of the project; commands are links by nature. */
async function linksIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const scopes = names.filter((name) => name.startsWith("@"));
  const scoped = await Promise.all(
    scopes.map(async (scope) => (await readdir(path.join(folder, scope))).map((name) => `${scope}/${name}`)),
  );
  const links: string[] = [];
  for (const name of [...names, ...scoped.flat()]) {
    if ((await lstat(path.join(folder, name))).isSymbolicLink()) links.push(name);
  }
  return links;
}
