import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { CustomObjectsApi } from "@kubernetes/client-node";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath, repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf, parseKeys } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "./sandbox-cluster.ts";

const run = promisify(execFile);

const namespace = "e2e-members";
const record = "trident-etcd-migration";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";
const tridentSelector = "app=trident.netapp.io";
const key = "/trident/v1/transaction/afterwards";

describe("an up of a stack that stands", () => {
  const cluster = connectSandbox();
  let stack: TestStack;

  before(async () => {
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-members", { namespace, etcdClusterSize: "5" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("finds five members, all of them asked, and has recorded their etcd", async () => {
    assert.equal((await members()).length, 5);
    const preview = await stack.preview();
    assert.match(preview.printed, /5 of 5 members answer/);
    const { data = {} } = await cluster.core.readNamespacedConfigMap({ namespace, name: record });
    assert.match(data.etcdClusterId ?? "", /^\d+$/);
  });

  it("waits until as many members are left as are wanted", async () => {
    await stack.configure({ etcdClusterSize: "3" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const left = await members();
    assert.equal(left.length, 3);
    const list = await memberEtcdctlOf(cluster.kubeconfig, namespace, left[0] ?? "", ["member", "list"]);
    assert.equal(list.match(/started/g)?.length, 3, list);
  });

  it("brings back a Trident that was scaled to 0 by hand, and waits until it serves", async () => {
    await scaleTrident(0);
    const preview = await stack.preview();
    assert.match(preview.printed, /Trident does not serve now: it is at 0 replicas/);
    const up = await refreshingUp();
    assert.equal((await podNames(cluster, namespace, tridentSelector)).length, 1, up);
    await readTridentLists({ kubeconfig: kubeconfigPath, namespace, timeoutSeconds: 1 });
  });

  it("does not end before a Trident whose pod was killed serves again", async () => {
    await kill(tridentSelector);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    await readTridentLists({ kubeconfig: kubeconfigPath, namespace, timeoutSeconds: 1 });
  });

  it("is refused once the quorum is lost, and says which members there are and what can be saved", async () => {
    const [kept = "", ...others] = await members();
    await memberEtcdctlOf(cluster.kubeconfig, namespace, kept, ["put", key, "{}"]);
    await stack.up();
    await killPods(others);
    await eventually("the member that is left has noticed", async () => {
      const { printed } = await stack.preview();
      return printed.includes("answers that it has lost the others");
    });
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assert.match(up.printed, /lost its quorum: 0 of its 3 members serve, and 2 are needed/);
    assert.ok(up.printed.includes(`Save what ${kept} has first`), up.printed);
  });

  it("goes on with what the member that is left has, once that etcd is given up, and Trident serves on it", async () => {
    const { printed } = await stack.preview();
    const [, id = ""] = /pulumi config set abandonedEtcd (\d+)/.exec(printed) ?? [];
    await stack.configure({ abandonedEtcd: id, restoreFrom: "member" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const kept = await memberEtcdctlOf(cluster.kubeconfig, namespace, (await members())[0] ?? "", ["get", key]);
    assert.match(kept, /\{\}/);
    await readTridentLists({ kubeconfig: kubeconfigPath, namespace, timeoutSeconds: 1 });
    const again = await stack.up();
    assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
    for (const setting of ["abandonedEtcd", "restoreFrom"]) await pulumi("config", "rm", setting);
  });

  it("is refused as well when all members are gone, although the EtcdCluster says that they are ready", async () => {
    await kill(memberSelector);
    for (const refused of [await stack.preview(), await stack.up()]) {
      assert.ok(!refused.succeeded, refused.printed);
      assert.match(refused.printed, /lost its quorum: 0 of its 3 members serve, and 2 are needed \(it has no pod\)/);
    }
  });

  it("makes a new etcd by the commands that it prints, on which Trident begins anew", async () => {
    const { printed } = await stack.preview();
    const before = (await podNames(cluster, namespace, tridentSelector))[0];
    const [, name = ""] = /kubectl --namespace e2e-members delete etcdcluster (\S+)/.exec(printed) ?? [];
    const [, id = ""] = /pulumi config set abandonedEtcd (\d+)/.exec(printed) ?? [];
    await deleteEtcdCluster(name);

    const withoutWord = await stack.up();
    assert.ok(!withoutWord.succeeded, withoutWord.printed);
    assert.match(
      withoutWord.printed,
      new RegExp(`recorded in etcd cluster ${id}, and EtcdCluster trident-etcd is not there`),
    );

    await pulumi("config", "set", "abandonedEtcd", id);
    const up = await refreshingUp();
    assert.equal((await members()).length, 3, up);
    assert.deepEqual(await readTridentLists({ kubeconfig: kubeconfigPath, namespace, timeoutSeconds: 1 }), {
      backends: [],
      volumes: [],
      storageClasses: [],
    });
    assert.notEqual((await podNames(cluster, namespace, tridentSelector))[0], before);
    const keys = await memberEtcdctlOf(cluster.kubeconfig, namespace, (await members())[0] ?? "", [
      ...["get", key, "--prefix", "-w", "json"],
    ]);
    assert.deepEqual([...parseKeys(keys).keys()], []);
  });

  it("is left as it is by another one, which says that the setting has done its work", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assert.match(up.printed, /does not use any more. `pulumi config rm abandonedEtcd` removes it/);
  });

  function members(): Promise<string[]> {
    return podNames(cluster, namespace, memberSelector);
  }

  async function kill(labelSelector: string): Promise<void> {
    await killPods(await podNames(cluster, namespace, labelSelector));
  }

  /** As with `--force --grace-period 0`. */
  async function killPods(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map((name) => cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 })),
    );
  }

  async function scaleTrident(replicas: number): Promise<void> {
    const name = "trident";
    const scale = await cluster.apps.readNamespacedDeploymentScale({ namespace, name });
    scale.spec = { replicas };
    await cluster.apps.replaceNamespacedDeploymentScale({ namespace, name, body: scale });
    await eventually("Trident is stopped", async () => {
      return (await podNames(cluster, namespace, tridentSelector)).length === 0;
    });
  }

  async function deleteEtcdCluster(name: string): Promise<void> {
    const objects = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
    const group = { group: "etcd.database.coreos.com", version: "v1beta2", plural: "etcdclusters" };
    await objects.deleteNamespacedCustomObject({ ...group, namespace, name });
  }

  /** As the plan advises it, on whatever Pulumi believed before. */
  function refreshingUp(): Promise<string> {
    return pulumi("up", "--refresh", "--yes", "--skip-preview", "--non-interactive", "--color=never");
  }

  async function pulumi(...words: string[]): Promise<string> {
    const options = { cwd: repositoryRoot, env: stack.environment, maxBuffer: 2 ** 26 };
    const { stdout, stderr } = await run("pulumi", [...words, "--stack", stack.name], options).catch(
      (error: unknown) => {
        const { stdout: printed = "", stderr: failure = "" } = error as { stdout?: string; stderr?: string };
        throw new Error(`pulumi ${words.join(" ")} failed:\n${printed}\n${failure}`, { cause: error });
      },
    );
    return stdout + stderr;
  }
});
