import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { RbacAuthorizationV1Api, type V1PolicyRule } from "@kubernetes/client-node";
import { callsOfServiceAccount, podSecurityViolations, type AuditedCall } from "./audit-log.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  minorVersion,
  podNames,
} from "./sandbox-cluster.ts";

const namespace = "e2e-privileges";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";
const etcdImage = "quay.io/coreos/etcd:v3.4.22";

/** The minor version of Kubernetes 1 whose API server writes into its audit log what a pod does that its namespace's standard forbids. */
const firstWithPodSecurity = 23;

/** Verbs that the operator has and does not use in this test, each with the reason why it has them all the same. */
const unusedForAReason: Readonly<Record<string, string>> = {
  "get etcdclusters.etcd.database.coreos.com":
    "reads the cluster again when somebody has changed it while it was to be marked as failed",
  "patch events": "counts an event that comes a second time",
  "patch pods": "sets the image of a member when the setting etcdVersion changes",
};

/** The same for Trident: its stand-in calls what Trident calls all the time, and provisions no storage. */
const tridentsForAReason: Readonly<Record<string, string>> = {
  "create persistentvolumeclaims": "imports a volume that exists",
  "create persistentvolumes": "provisions a volume",
  "create events": "tells what became of a claim",
  "create secrets": "keeps the CHAP password of an iSCSI volume, in its own namespace",
  "delete persistentvolumeclaims": "takes back a claim whose import failed",
  "delete persistentvolumes": "removes a volume whose claim is gone",
  "get persistentvolumeclaims": "looks at the claim to clone from, and at the one of a volume that is gone",
  "get persistentvolumes": "looks at the volume to resize, and at one that was imported",
  "get secrets": "looks whether the CHAP password of an iSCSI volume is kept, in its own namespace",
  "patch events": "counts an event that comes a second time",
  "patch persistentvolumeclaims/status": "writes the new size of a claim whose volume was resized",
  "patch persistentvolumes": "resizes a volume",
  "update persistentvolumes": "sets the reclaim policy of a volume that was imported",
  "update persistentvolumes/status": "marks a volume that it failed to delete",
};

describe("what an installation may do", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let rules: readonly V1PolicyRule[];
  let calls: readonly AuditedCall[];
  let tridentsRules: readonly V1PolicyRule[];
  let tridentsCalls: readonly AuditedCall[];

  before(async () => {
    await createNamespace(cluster, namespace, { "pod-security.kubernetes.io/audit": "restricted" });
    stack = await createTestStack("e2e-privileges", {
      namespace,
      etcdVersion: `3.4.22@${await digestOf(etcdImage)}`,
    });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
    rules = (await rbac.readNamespacedRole({ namespace, name: "etcd-operator" })).rules ?? [];
    const name = "trident-external-etcd";
    tridentsRules = [
      ...((await rbac.readClusterRole({ name: `${name}-${namespace}` })).rules ?? []),
      ...((await rbac.readNamespacedRole({ namespace, name })).rules ?? []),
    ];
    await loseAMember();
    calls = await callsOfServiceAccount(namespace, "etcd-operator");
    tridentsCalls = await callsOfServiceAccount(namespace, name);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("is enough for the etcd-operator: no call of its was denied, not even when it replaced a member", () => {
    assert.ok(calls.length > 0, "the operator is not in the audit log");
    assert.deepEqual(
      calls.filter(({ code }) => code === 403),
      [],
    );
  });

  it("is all used by the etcd-operator, or has a reason", () => {
    assert.deepEqual(unusedOf(rules, calls), Object.keys(unusedForAReason).sort());
  });

  it("is asked for by the etcd-operator in its own namespace only", () => {
    const elsewhere = calls.filter((call) => call.namespace !== namespace);
    assert.deepEqual(elsewhere, []);
  });

  it("is enough for Trident, and is all used by it or has a reason", () => {
    assert.ok(tridentsCalls.length > 0, "Trident is not in the audit log");
    assert.deepEqual(
      tridentsCalls.filter(({ code }) => code === 403),
      [],
    );
    assert.deepEqual(unusedOf(tridentsRules, tridentsCalls), Object.keys(tridentsForAReason).sort());
  });

  it("runs members from the image with the digest that was asked for", async () => {
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: memberSelector });
    const digest = await digestOf(etcdImage);
    assert.deepEqual(
      items.map((pod) => pod.spec?.containers[0]?.image),
      Array.from({ length: 3 }, () => `${etcdImage}@${digest}`),
    );
  });

  it("keeps to the restricted Pod Security Standard but for the exceptions that docs/locked-down.md gives reasons for", async (test) => {
    if ((await minorVersion(cluster)) < firstWithPodSecurity) {
      test.skip(`only Kubernetes from 1.${firstWithPodSecurity} on judges pods by it`);
      return;
    }
    const found = (await podSecurityViolations(namespace)).flatMap(exceptionsIn);
    assert.deepEqual([...new Set(found)].sort(), await documentedExceptions());
  });

  /** As the node has it. */
  async function digestOf(image: string): Promise<string> {
    const [node] = (await cluster.core.listNode()).items;
    const names = (node?.status?.images ?? []).map((each) => each.names ?? []).find((each) => each.includes(image));
    const digest = names?.map((name) => name.split("@")[1]).find((each) => each !== undefined);
    assert.ok(digest, `the node has no digest of ${image}`);
    return digest;
  }

  /** So that the operator does all that it ever has to do for a cluster that is left as it was installed. */
  async function loseAMember(): Promise<void> {
    const [lost = "", ...others] = await podNames(cluster, namespace, memberSelector);
    await cluster.core.deleteNamespacedPod({ namespace, name: lost, gracePeriodSeconds: 0 });
    await eventually("the operator has put another member in its place", async () => {
      const names = await podNames(cluster, namespace, memberSelector);
      return !names.includes(lost) && names.length === others.length + 1;
    });
  }
});

/** As `container: rule`, of a text such as `would violate PodSecurity "...": rule (containers "a", "b" must ...), rule (...)`. */
function exceptionsIn(violations: string): string[] {
  return [...violations.matchAll(/(?:: |, )([\w !=]+) \(((?:pod or )?containers?) ([^)]*?) must/g)].flatMap(
    ([, rule = "", , containers = ""]) =>
      [...containers.matchAll(/"([^"]+)"/g)].map(([, container = ""]) => `${container}: ${rule}`),
  );
}

/** The first two columns of the table of exceptions, which name a container and a rule. */
async function documentedExceptions(): Promise<string[]> {
  const page = await readFile(new URL("../../docs/locked-down.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([\w-]+)`\s*\| `([^`]+)`\s*\|/gm)];
  return rows.map(([, container = "", rule = ""]) => `${container}: ${rule}`).sort();
}

/** What is granted and was never called. */
function unusedOf(granted: readonly V1PolicyRule[], calls: readonly AuditedCall[]): string[] {
  const used = new Set(calls.map(({ verb, group, resource }) => permission(verb, group, resource)));
  return granted
    .flatMap(permissionsOf)
    .filter((each) => !used.has(each))
    .sort();
}

function permissionsOf({ verbs, apiGroups = [], resources = [] }: V1PolicyRule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => permission(verb, group, resource))),
  );
}

function permission(verb: string, group: string, resource: string): string {
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}`;
}
