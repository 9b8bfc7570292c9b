import assert from "node:assert/strict";
import { test } from "node:test";

import { TridentAccount } from "../../../components/trident/trident-account.ts";
import type { TridentAccountArgs } from "../../../components/trident/trident-account.ts";
import { record } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

function account(args: Partial<TridentAccountArgs> = {}): Promise<Registrations> {
  return record(false, () => {
    new TridentAccount("account", { namespace: "storage", ...args });
  });
}

test("has nothing of OpenShift's on plain Kubernetes", async () => {
  const names = (await account()).all.map(({ name }) => name).sort();
  assert.deepEqual(names, [
    "account",
    "account-cluster-role",
    "account-cluster-role-binding",
    "account-role",
    "account-role-binding",
    "account-service-account",
  ]);
});

test("has nothing of the whole cluster where somebody else makes that", async () => {
  const names = (await account({ clusterRole: "existing" })).all.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => name.includes("cluster")),
    [],
  );
});

test("reads and makes Secrets in its own namespace only", async () => {
  const registered = await account();
  const rules = registered.named("account-cluster-role").inputs.rules as { resources: string[] }[];
  assert.ok(!rules.some(({ resources }) => resources.includes("secrets")));
  assert.deepEqual(registered.named("account-role").inputs.rules, [
    { apiGroups: [""], resources: ["secrets"], verbs: ["get", "create"] },
  ]);
  const { metadata, subjects } = registered.named("account-role-binding").inputs;
  assert.equal((metadata as { namespace: string }).namespace, "storage");
  assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "trident-external-etcd", namespace: "storage" }]);
});

test("binds a role only once it is there, since one that is not is bound only by whom may bind any", async () => {
  const preview = await record(true, () => {
    new TridentAccount("account", { namespace: "storage" });
  });
  for (const name of ["account-role-binding", "account-cluster-role-binding"]) {
    const { roleRef } = preview.named(name).inputs;
    assert.deepEqual({ ...(roleRef as { name: object }).name }, { __pulumiUnknown: true });
  }
});

test("may use the SecurityContextConstraints that it needs on OpenShift, and no others", async () => {
  const registered = await account({ securityContextConstraint: "anyuid" });
  assert.deepEqual(registered.named("account-constraint-role").inputs.rules, [
    {
      apiGroups: ["security.openshift.io"],
      resources: ["securitycontextconstraints"],
      resourceNames: ["anyuid"],
      verbs: ["use"],
    },
  ]);
  const { roleRef, subjects } = registered.named("account-constraint-role-binding").inputs;
  assert.deepEqual(roleRef, {
    apiGroup: "rbac.authorization.k8s.io",
    kind: "Role",
    name: "trident-external-etcd-anyuid",
  });
  assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "trident-external-etcd", namespace: "storage" }]);
});
