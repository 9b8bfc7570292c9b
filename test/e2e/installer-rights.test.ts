import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { wishes } from "../docs/wishes.ts";
import { apiFeatures } from "../../migration/kubernetes/cluster-apis.ts";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { callsOfServiceAccount, type AuditedCall } from "./audit-log.ts";
import { eachLeftOut, permissionsOf, usedBy } from "./granted-permissions.ts";
import { createInstallerAccount, type InstallerAccount } from "./installer-account.ts";
import { grant, printedRoles, takeBack, type PrintedRoles } from "./printed-roles.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  deleteNamespace,
  eventually,
  minorVersion,
  objectsAround,
  removeCrd,
} from "./sandbox-cluster.ts";

const namespace = "e2e-installer";
const kubeconfig = kubeconfigPath;
const settings = { namespace, migrate: "true" };

/** What the run never calls: Kubernetes takes a role only of whom has all that it grants. */
const granted = "Trident's or the etcd-operator's role grants it";

/** Verbs that the plan asks for and that none of what follows makes use of, each with the reason. */
const unusedForAReason: Readonly<Record<string, string>> = {
  "create pods/portforward": "what Kubernetes from 1.35 on asks of a WebSocket, in place of get",
  "delete replicasets.apps": "takes back a new Trident that does not come to serve",
  "get pods/log": "says why a pod does not come up",
  "create events": granted,
  "patch events": granted,
  "patch pods": granted,
  "update endpoints/etcd-operator": granted,
  "update etcdclusters.etcd.database.coreos.com": granted,
  ...Object.fromEntries(
    [
      ...["create events", "patch events", "update persistentvolumes/status", "patch persistentvolumeclaims/status"],
      ...["create", "delete", "list", "patch", "update", "watch"].map((verb) => `${verb} persistentvolumes`),
      ...["create", "delete", "get", "list", "watch"].map((verb) => `${verb} persistentvolumeclaims`),
      ...["list", "watch"].map((verb) => `${verb} storageclasses.storage.k8s.io`),
    ].map((each) => [`${each} in the cluster`, granted]),
  ),
};

/** And where the API server can't apply: what stands there is made by `create`, and patched for a new value alone. */
const unusedWithoutApply: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["secrets", "serviceaccounts", "services", "endpoints", "etcdclusters.etcd.database.coreos.com"],
    ...["roles", "rolebindings"].map((resource) => `${resource}.rbac.authorization.k8s.io`),
    ...["poddisruptionbudgets.policy", "networkpolicies.networking.k8s.io"],
    ...["clusterroles", "clusterrolebindings"].map(
      (resource) => `${resource}.rbac.authorization.k8s.io/trident-external-etcd-${namespace} in the cluster`,
    ),
    "customresourcedefinitions.apiextensions.k8s.io/etcdclusters.etcd.database.coreos.com in the cluster",
  ].map((each) => [`patch ${each}`, "gives it what another setting, or the next version of this program, says"]),
);

describe("an installer with exactly the Role and the ClusterRole that the plan prints", () => {
  const cluster = connectSandbox();
  let folder: string;
  let installer: InstallerAccount;
  let stack: TestStack;
  let roles: PrintedRoles;
  let lists: Awaited<ReturnType<typeof readTridentLists>>;
  let objectsBefore: string[];
  let callsBefore = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "installer-"));
    await installLegacyTrident({ kubeconfig, namespace, volumes: 20, backendPassword: "x" }, console.log);
    lists = await readTridentLists({ kubeconfig, namespace });
    installer = await createInstallerAccount(cluster, namespace, "installer", folder);
    stack = await createTestStack("e2e-installer", settings);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await removeCrd(cluster);
    await takeBack(cluster, namespace);
    await deleteNamespace(cluster, namespace);
    await rm(folder, { recursive: true });
  });

  it("is told both by a preview, as long as it may do nothing but ask what it may", async () => {
    const preview = await pulumi("preview");
    assert.ok(!preview.succeeded);
    roles = printedRoles(preview.printed);
    assert.ok(roles.role !== undefined && roles.clusterRole !== undefined, preview.printed);
  });

  it("is refused, with what is missing and the same roles, when one verb is left out", async () => {
    const all = eachLeftOut(roles);
    for (const verb of ["patch roles, rolebindings", "update endpoints", "list clusterroles, clusterrolebindings"]) {
      const left = all.find((each) => each.verb === verb);
      assert.ok(left !== undefined, `${verb} is none of ${all.map((each) => each.verb).join("; ")}`);
      await grant(cluster, installer, left.roles);
      const preview = await pulumi("preview");
      assert.ok(!preview.succeeded, verb);
      const [missing = ""] = /The user of the kubeconfig may not, .*/.exec(preview.printed) ?? [];
      const resources = verb
        .split(" ")
        .slice(1)
        .map((resource) => resource.replace(",", "(\\.\\S+)?,"));
      assert.match(
        missing,
        new RegExp(`may not, in [^:]+: ${verb.split(" ")[0] ?? ""} ${resources.join(" ")}\\S* ?\\S*$`),
      );
      assert.deepEqual(printedRoles(preview.printed), roles);
    }
  });

  it("previews, migrates, rolls back and migrates again", async () => {
    await grant(cluster, installer, roles);
    callsBefore = (await callsOfServiceAccount(namespace, installer.name)).length;
    objectsBefore = await objectsAround(cluster, namespace);
    assertSucceeded(await pulumi("preview"));
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    assertSucceeded(await pulumi("up"));
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), lists);
    await stack.configure({ ...settings, rollback: "true" });
    assertSucceeded(await pulumi("up"));
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), lists);
    await stack.configure({ ...settings, rollback: "false" });
    assertSucceeded(await pulumi("up"));
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), lists);
  });

  it("destroys, and leaves nothing but the old state, the roles of the old Trident and the CRD, whose users it may not see", async () => {
    assertSucceeded(await pulumi("destroy"));
    const crd = "CustomResourceDefinition/etcdclusters.etcd.database.coreos.com";
    const kept = [...new Set([...objectsBefore.filter((name) => !/^(Deployment|Pod)\//.test(name)), crd])].sort();
    await eventually("only what was there before is left, and the CRD", async () => {
      return JSON.stringify(await objectsAround(cluster, namespace)) === JSON.stringify(kept);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), kept);
    });
  });

  it("was refused nothing on the way but what is only good to have", async () => {
    const refused = (await callsWithTheRoles()).filter(({ isDenied }) => isDenied);
    assert.deepEqual(
      refused.filter((call) => !isWished(call)),
      [],
    );
  });

  it("made use of each verb, or that has a reason: whoever leaves one out can't do all of this", async () => {
    const used = usedBy(namespace, await callsWithTheRoles());
    const unused = permissionsOf(roles).filter((each) => !used.has(each));
    const applies = (await minorVersion(cluster)) >= apiFeatures.serverSideApply;
    const reasons = applies ? unusedForAReason : { ...unusedForAReason, ...unusedWithoutApply };
    assert.deepEqual(
      unused.filter((each) => !(each in reasons)),
      [],
    );
  });

  async function callsWithTheRoles(): Promise<readonly AuditedCall[]> {
    return (await callsOfServiceAccount(namespace, installer.name)).slice(callsBefore);
  }

  function pulumi(command: "preview" | "up" | "destroy") {
    const words = command === "preview" ? [command] : [command, "--yes", "--skip-preview"];
    return stack.command(words, { KUBECONFIG: installer.kubeconfig });
  }
});

function assertSucceeded(operation: { readonly succeeded: boolean; readonly printed: string }): void {
  assert.ok(operation.succeeded, operation.printed);
}

function isWished(call: AuditedCall): boolean {
  return wishes(namespace).some(
    ({ access: { verb, group, resource, namespace: place = call.namespace, name = call.name } }) =>
      verb === call.verb &&
      group === call.group &&
      resource === call.resource &&
      place === call.namespace &&
      name === call.name,
  );
}
