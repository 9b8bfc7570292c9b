import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../../sandbox/legacy-trident/install-legacy-trident.ts";
import { kubeconfigPath, repositoryRoot } from "../../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf } from "../etcd-keys.ts";
import { createTestStack, type Operation, type TestStack } from "../pulumi-stack.ts";
import { keysOfSnapshot, savedSnapshot } from "../saved-snapshot.ts";
import { connectSandbox, createNamespace, deleteNamespace, podNames } from "../sandbox-cluster.ts";
import { checkOut, hasCommit, type EarlierCheckout } from "./earlier-checkout.ts";

interface Earlier {
  readonly commit: string;
  readonly what: string;
  /** Whether its stack has a migration, too. */
  readonly migrate: boolean;
}

const versions: readonly Earlier[] = [
  { commit: "54d8dc2", what: "which made the parts of the etcd one by one, before ManagedEtcd", migrate: false },
  { commit: "c87f180", what: "whose providers were each frozen with a text of their own", migrate: true },
];
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";
const key = "/trident/v1/storageclass/late";
const value = JSON.stringify({ config: { version: "1", name: "late", attributes: { media: "ssd" } } });

for (const { commit, what, migrate } of versions) {
  const name = `e2e-earlier-stack-${commit}`;
  const namespace = name;
  const skip = hasCommit(commit) ? false : `no ${commit} in the history`;

  describe(`a stack of an earlier version, ${what}`, { skip }, () => {
    const cluster = connectSandbox();
    let earlier: EarlierCheckout;
    let stack: TestStack;
    let objectsBefore: Map<string, string>;
    let migrationBefore: unknown;
    let membersBefore: Map<string, string>;

    before(async () => {
      await (migrate ? installLegacy() : createNamespace(cluster, namespace));
      earlier = await checkOut(commit);
      const snapshotDirectory = join(earlier.folder, "snapshots");
      const settings = { namespace, migrate: String(migrate), etcdClusterSize: "3", snapshotDirectory };
      const before = await createTestStack(name, settings, earlier.folder);
      const up = await before.up();
      assertSucceeded(up);
      migrationBefore = up.outputs.migration?.value;
      await memberEtcdctl("put", key, value);
      objectsBefore = await uidsInState(before);
      membersBefore = await uidsOfMembers();
      // The key of the state's secrets is among the stack's settings.
      await copyFile(join(earlier.folder, `Pulumi.${name}.yaml`), join(repositoryRoot, `Pulumi.${name}.yaml`));
      stack = await createTestStack(name, settings, repositoryRoot, before.folder);
    });

    after(async () => {
      await stack.destroy();
      await stack.forget();
      await deleteNamespace(cluster, namespace);
      await earlier.remove();
    });

    it("is updated without anything being replaced or deleted", async () => {
      for (const operation of [await stack.preview(), await stack.up()]) {
        assertSucceeded(operation);
        const kinds = Object.keys(operation.changes);
        assert.deepEqual(
          kinds.filter((kind) => /delete|replace/.test(kind)),
          [],
          operation.printed,
        );
      }
      const objects = await uidsInState(stack);
      for (const object of ["EtcdCluster trident-etcd", "Secret etcd-client-tls", "Deployment trident"]) {
        assert.ok(objectsBefore.has(object), [...objectsBefore.keys()].join());
      }
      for (const [object, uid] of objectsBefore) assert.equal(objects.get(object), uid, object);
    });

    it("has its members, which did not compact, replaced by as many that do, and keeps what they held", async () => {
      const now = await uidsOfMembers();
      assert.equal(now.size, membersBefore.size);
      for (const [member, uid] of membersBefore) assert.notEqual(now.get(member), uid, member);
      const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: memberSelector });
      for (const { spec } of items) {
        const names = spec?.containers[0]?.env?.map((variable) => variable.name) ?? [];
        assert.ok(names.includes("ETCD_AUTO_COMPACTION_RETENTION"), names.join());
      }
      assert.ok((await memberEtcdctl("get", key)).includes(value));
    });

    it("is left as it is by the next up, with what was migrated", async () => {
      const up = await stack.up();
      assertSucceeded(up);
      assert.deepEqual(up.outputs.migration?.value, migrationBefore);
      assert.equal(migrationBefore !== undefined, migrate);
      assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    });

    it("is destroyed with a last snapshot", async () => {
      const destroy = await stack.destroy();
      assertSucceeded(destroy);
      const keys = await keysOfSnapshot(savedSnapshot(destroy));
      assert.equal(keys.get(key), Buffer.from(value).toString("base64"));
      assert.deepEqual(await podNames(cluster, namespace, memberSelector), []);
    });

    async function installLegacy(): Promise<void> {
      await installLegacyTrident(
        { kubeconfig: kubeconfigPath, namespace, volumes: 20, backendPassword: "a password" },
        console.log,
      );
    }

    async function memberEtcdctl(...words: readonly string[]): Promise<string> {
      const [member = ""] = await podNames(cluster, namespace, memberSelector);
      return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
    }

    async function uidsOfMembers(): Promise<Map<string, string>> {
      const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: memberSelector });
      return new Map(items.map(({ metadata }) => [metadata?.name ?? "", metadata?.uid ?? ""]));
    }
  });
}

/** The uid of each object that the stack holds, by its kind and name. */
async function uidsInState(stack: TestStack): Promise<Map<string, string>> {
  const { deployment } = JSON.parse(await stack.exportState({ showSecrets: true })) as {
    deployment: {
      resources: { type: string; outputs?: { kind?: string; metadata?: { name: string; uid?: string } } }[];
    };
  };
  const objects = deployment.resources.filter(
    ({ type, outputs }) => type.startsWith("kubernetes:") && outputs?.metadata?.uid,
  );
  return new Map(
    objects.map(({ outputs }) => [
      `${outputs?.kind ?? ""} ${outputs?.metadata?.name ?? ""}`,
      outputs?.metadata?.uid ?? "",
    ]),
  );
}

function assertSucceeded(operation: Operation): void {
  assert.ok(operation.succeeded, operation.printed);
}
