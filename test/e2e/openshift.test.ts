import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RbacAuthorizationV1Api, type V1Container, type V1Pod, type V1PolicyRule } from "@kubernetes/client-node";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { runInPod } from "../../sandbox/pod-exec.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { mayUse, startConstraintAdmission, type ConstraintAdmission } from "./openshift/constraint-admission.ts";
import { removeOpenshiftApi, serveOpenshiftApi } from "./openshift/openshift-api.ts";
import { constraintAnnotation, userRange, userRangeAnnotation } from "./openshift/security-constraints.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, objectsAround } from "./sandbox-cluster.ts";

const namespace = "e2e-openshift";
const kubeconfig = kubeconfigPath;
const annotation = "1000680000/10000";
const range = userRange(annotation);
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";

describe("a migration where OpenShift's SecurityContextConstraints decide who runs", () => {
  const cluster = connectSandbox();
  let admission: ConstraintAdmission;
  let stack: TestStack;
  let objectsBefore: string[];
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;

  before(async () => {
    await serveOpenshiftApi(cluster);
    await createNamespace(cluster, namespace, {}, { [userRangeAnnotation]: annotation });
    admission = await startConstraintAdmission(cluster, namespace, range);
    await letUseAnyuid("trident");
    await installLegacyTrident({ kubeconfig, namespace, volumes: 20, backendPassword: "x" }, console.log);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-openshift", { namespace, migrate: "true" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await admission.end();
    await deleteNamespace(cluster, namespace);
    await removeOpenshiftApi(cluster);
  });

  it("takes place where a pod with a user of its own choice, or root, is refused", async () => {
    for (const runAsUser of [0, 1000]) {
      await assert.rejects(
        cluster.core.createNamespacedPod({ namespace, body: podAs(runAsUser) }),
        new RegExp(`must be in the ranges: \\[${range.first}, ${range.last}\\]`),
      );
    }
    assert.equal(admission.pods.filter(({ pod }) => pod === "stranger").length, 2);
  });

  it("finds out that it is OpenShift, has nothing refused, and moves the state", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
    assert.deepEqual(
      admission.pods.filter(({ pod, violations }) => pod !== "stranger" && violations.length > 0),
      [],
    );
  });

  it("runs the etcd-operator and the members as the namespace's user", async () => {
    const pods = [...(await podsOf("name=etcd-operator")), ...(await podsOf(memberSelector))];
    assert.equal(pods.length, 4);
    for (const each of pods) {
      const name = each.metadata?.name ?? "";
      assert.equal(each.metadata?.annotations?.[constraintAnnotation], "restricted", name);
      for (const container of containersOf(each)) {
        assert.equal(container.securityContext?.runAsUser, range.first, `${name}: ${container.name}`);
      }
    }
    const [member] = await podsOf(memberSelector);
    const pod = member?.metadata?.name ?? "";
    const command = ["/bin/sh", "-ec", "id -u; cat /proc/1/status"];
    const { stdout, stderr } = await runInPod(cluster.kubeconfig, { namespace, pod, container: "etcd", command });
    assert.match(stdout, new RegExp(`^${range.first}\\n[^]*Uid:\\s+${range.first}\\s`), stderr);
  });

  it("runs Trident, and the old etcd for the time of the copy, by anyuid", async () => {
    const [trident, ...others] = await podsOf("app=trident.netapp.io");
    assert.ok(trident);
    assert.deepEqual(others, []);
    assert.equal(trident.spec?.serviceAccountName, "trident-external-etcd");
    assert.equal(trident.metadata?.annotations?.[constraintAnnotation], "anyuid");
    const source = admission.pods.filter(({ pod }) => pod === "trident-etcd-source");
    assert.deepEqual(source, [
      { pod: "trident-etcd-source", serviceAccount: "trident", constraint: "anyuid", violations: [] },
    ]);
  });

  it("lets Trident's account use anyuid, by that name alone, and no other account of the stack", async () => {
    const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
    const { items: roles } = await rbac.listNamespacedRole({ namespace });
    const { items: clusterRoles } = await rbac.listClusterRole();
    const granting = [...roles, ...clusterRoles.filter(({ metadata }) => metadata?.name !== "cluster-admin")]
      .filter(({ rules = [], metadata }) => rules.some(isAboutConstraints) && !isOfPlatform(metadata?.name))
      .map(({ metadata, rules }) => [metadata?.name, JSON.parse(JSON.stringify(rules)) as unknown]);
    const use = [
      {
        apiGroups: ["security.openshift.io"],
        resources: ["securitycontextconstraints"],
        resourceNames: ["anyuid"],
        verbs: ["use"],
      },
    ];
    assert.deepEqual(granting, [["trident-external-etcd-anyuid", use]]);
    assert.ok(await mayUse(cluster, namespace, "trident-external-etcd", "anyuid"));
    assert.ok(!(await mayUse(cluster, namespace, "trident-external-etcd", "privileged")));
    assert.ok(!(await mayUse(cluster, namespace, "trident-external-etcd", "anyuid", "update")));
    for (const other of ["etcd-operator", "default"]) {
      assert.ok(!(await mayUse(cluster, namespace, other, "anyuid")), other);
    }
  });

  it("leaves nothing after destroy but what was there before it, without the old Deployment", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    const kept = objectsBefore.filter((name) => !/^(Deployment|Pod)\//.test(name));
    await eventually("only what was there before is left", async () => {
      return JSON.stringify(await objectsAround(cluster, namespace)) === JSON.stringify(kept);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), kept);
    });
  });

  /** As the old Trident's installer has it: by a ClusterRole of OpenShift's own. */
  async function letUseAnyuid(name: string): Promise<void> {
    const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
    const role = "system:openshift:scc:anyuid";
    const rule = { apiGroups: ["security.openshift.io"], resources: ["securitycontextconstraints"], verbs: ["use"] };
    const rules = [{ ...rule, resourceNames: ["anyuid"] }];
    await rbac.createNamespacedRole({ namespace, body: { metadata: { name: role }, rules } });
    await rbac.createNamespacedRoleBinding({
      namespace,
      body: {
        metadata: { name: role },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    });
  }

  async function podsOf(labelSelector: string): Promise<V1Pod[]> {
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }
});

function containersOf({ spec }: V1Pod): V1Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

function podAs(runAsUser: number): V1Pod {
  return {
    metadata: { name: "stranger" },
    spec: { securityContext: { runAsUser }, containers: [{ name: "main", image: "busybox:1.28.0-glibc" }] },
  };
}

function isAboutConstraints({ apiGroups = [], resources = [] }: V1PolicyRule): boolean {
  const covers = (list: readonly string[], name: string): boolean => list.includes(name) || list.includes("*");
  return covers(apiGroups, "security.openshift.io") && covers(resources, "securitycontextconstraints");
}

/** Kubernetes' own, and the one that the test made for the old Trident. */
function isOfPlatform(name = ""): boolean {
  return name.startsWith("system:");
}
