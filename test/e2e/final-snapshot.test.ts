import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ApisApi, CustomObjectsApi, KubeConfig, RbacAuthorizationV1Api } from "@kubernetes/client-node";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf, parseKeys, valuesOf } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { keysOfSnapshot, savedSnapshot } from "./saved-snapshot.ts";
import { connectSandbox, createNamespace, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-final-snapshot";
const user = "somebody";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";

describe("a destroy by somebody who may do all but forward ports", () => {
  const cluster = connectSandbox();
  const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
  let folder: string;
  let kubeconfig: string;
  let stack: TestStack;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "final-snapshot-"));
    kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, await readFile(kubeconfigPath));
    await createNamespace(cluster, namespace);
    const settings = { namespace, etcdClusterSize: "1", "kubernetes:kubeconfig": kubeconfig };
    stack = await createTestStack("e2e-final-snapshot", settings);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    await memberEtcdctl("put", "/trident/v1/volume/a", "a volume");
    await becomeSomebody();
  });

  after(async () => {
    await writeFile(kubeconfig, await readFile(kubeconfigPath));
    await stack.destroy();
    await stack.forget();
    await rbac.deleteClusterRoleBinding({ name: namespace }).catch(() => undefined);
    await rbac.deleteClusterRole({ name: namespace }).catch(() => undefined);
    await deleteNamespace(cluster, namespace).catch(() => undefined);
    await rm(folder, { recursive: true });
  });

  it("stops before anything is deleted, with the permission that is missing and the commands that give it", async () => {
    const destroy = await stack.destroy();
    assert.ok(!destroy.succeeded, destroy.printed);
    const said = destroy.printed.replaceAll(/\s+/g, " ");
    assert.match(said, /refuses a port-forward to it \(403 Forbidden\)/);
    assert.match(said, new RegExp(`permissions get and create of pods/portforward in namespace ${namespace}`));
    assert.match(said, /create role port-forward --verb get,create --resource pods\/portforward/);
    assert.match(said, /Nothing was deleted\./);
    assert.doesNotMatch(said, /asked again/);

    const api = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
    const etcdClusters = { group: "etcd.database.coreos.com", version: "v1beta2", plural: "etcdclusters" };
    await api.getNamespacedCustomObject({ ...etcdClusters, namespace, name: "trident-etcd" });
    assert.equal((await podNames(cluster, namespace, memberSelector)).length, 1);
    assert.equal((await podNames(cluster, namespace, "app=trident.netapp.io")).length, 1);
  });

  it("goes on once the permission is given, with a snapshot that has it all", async () => {
    const rules = [{ apiGroups: [""], resources: ["pods/portforward"], verbs: ["get", "create"] }];
    await rbac.createNamespacedRole({ namespace, body: { metadata: { name: "port-forward" }, rules } });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "port-forward" };
    await rbac.createNamespacedRoleBinding({
      namespace,
      body: { metadata: { name: "port-forward" }, roleRef, subjects: [somebody] },
    });
    const keys = valuesOf(parseKeys(await memberEtcdctl("get", "", "--prefix", "-w", "json")));
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    assert.deepEqual(await keysOfSnapshot(savedSnapshot(destroy)), keys);
    assert.deepEqual(await podNames(cluster, namespace, memberSelector), []);
  });

  const somebody = { kind: "ServiceAccount", name: user, namespace };

  async function memberEtcdctl(...words: readonly string[]): Promise<string> {
    const [member = ""] = await podNames(cluster, namespace, memberSelector);
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  }

  /** The stack's kubeconfig is that of another user from now on, who may do all that a destroy does but for that. */
  async function becomeSomebody(): Promise<void> {
    await cluster.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: user } } });
    const { groups } = await cluster.kubeconfig.makeApiClient(ApisApi).getAPIVersions();
    const core = [
      "configmaps",
      "endpoints",
      "events",
      "namespaces",
      "nodes",
      "persistentvolumeclaims",
      "persistentvolumes",
    ];
    const rules = [
      { apiGroups: groups.map(({ name }) => name), resources: ["*"], verbs: ["*"] },
      {
        apiGroups: [""],
        resources: [...core, "pods", "pods/log", "secrets", "serviceaccounts", "services"],
        verbs: ["*"],
      },
    ];
    await rbac.createClusterRole({ body: { metadata: { name: namespace }, rules } });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: namespace };
    await rbac.createClusterRoleBinding({ body: { metadata: { name: namespace }, roleRef, subjects: [somebody] } });
    const body = { spec: { audiences: [], expirationSeconds: 3600 } };
    const { status } = await cluster.core.createNamespacedServiceAccountToken({ namespace, name: user, body });
    const theirs = new KubeConfig();
    const server = cluster.kubeconfig.getCurrentCluster();
    assert.ok(server);
    theirs.loadFromClusterAndUser(server, { name: user, token: status?.token ?? "" });
    await writeFile(kubeconfig, theirs.exportConfig());
  }
});
