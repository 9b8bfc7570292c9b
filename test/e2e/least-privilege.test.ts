import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { RbacAuthorizationV1Api, type V1PolicyRule } from "@kubernetes/client-node";
import { callsOfServiceAccount, podSecurityViolations, type AuditedCall } from "./audit-log.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-privileges";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";

/** Verbs that the operator has and does not use in this test, each with the reason why it has them all the same. */
const unusedForAReason: Readonly<Record<string, string>> = {
  "get etcdclusters.etcd.database.coreos.com":
    "reads the cluster again when somebody has changed it while it was to be marked as failed",
  "patch events": "counts an event that comes a second time",
  "patch pods": "sets the image of a member when the setting etcdVersion changes",
};

describe("what an installation may do", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let rules: readonly V1PolicyRule[];
  let calls: readonly AuditedCall[];

  before(async () => {
    await createNamespace(cluster, namespace, { "pod-security.kubernetes.io/audit": "restricted" });
    stack = await createTestStack("e2e-privileges", { namespace });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
    rules = (await rbac.readNamespacedRole({ namespace, name: "etcd-operator" })).rules ?? [];
    await loseAMember();
    calls = await callsOfServiceAccount(namespace, "etcd-operator");
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
    const used = new Set(calls.map(({ verb, group, resource }) => permission(verb, group, resource)));
    const unused = rules.flatMap(permissionsOf).filter((each) => !used.has(each));
    assert.deepEqual(unused.sort(), Object.keys(unusedForAReason).sort());
  });

  it("is asked for by the etcd-operator in its own namespace only", () => {
    const elsewhere = calls.filter((call) => call.namespace !== namespace);
    assert.deepEqual(elsewhere, []);
  });

  it("keeps to the restricted Pod Security Standard but for the exceptions that docs/locked-down.md gives reasons for", async () => {
    const found = (await podSecurityViolations(namespace)).flatMap(exceptionsIn);
    assert.deepEqual([...new Set(found)].sort(), await documentedExceptions());
  });

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

function permissionsOf({ verbs, apiGroups = [], resources = [] }: V1PolicyRule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => permission(verb, group, resource))),
  );
}

function permission(verb: string, group: string, resource: string): string {
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}`;
}
