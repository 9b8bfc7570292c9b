import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import { EtcdOperator, type OperatorPod } from "../../../components/etcd/etcd-operator.ts";
import { isSecret, record, revealed } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

function operator(preview = false, pod?: OperatorPod, makesClaims?: boolean): Promise<Registrations> {
  return record(preview, () => {
    new EtcdOperator("op", {
      namespace: "storage",
      clientSecretNames: ["etcd-client-tls"],
      image: "registry.example/operator:1",
      timeoutSeconds: 90,
      ...(pod === undefined ? {} : { pod }),
      ...(makesClaims === undefined ? {} : { makesClaims }),
    });
  });
}

interface DeploymentSpec {
  strategy: unknown;
  progressDeadlineSeconds: number;
  template: {
    metadata: { annotations: Record<string, string> };
    spec: { serviceAccountName: string; securityContext: Record<string, unknown>; containers: Container[] };
  };
}

interface Container {
  image: string;
  args: string[];
  env: { name: string }[];
  readinessProbe: unknown;
  securityContext: unknown;
}

async function deployment(): Promise<DeploymentSpec> {
  return (await operator()).named("op-deployment").inputs.spec as DeploymentSpec;
}

for (const preview of [true, false]) {
  test(`registers definition, permissions, lock and Deployment ${preview ? "in a preview" : "in an update"}`, async () => {
    const registered = await operator(preview);
    assert.deepEqual(registered.all.map(({ type, name }) => `${type} ${name}`).sort(), [
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition op-definition",
      "kubernetes:apps/v1:Deployment op-deployment",
      "kubernetes:core/v1:Endpoints op-leader-lock",
      "kubernetes:core/v1:ServiceAccount op-service-account",
      "kubernetes:rbac.authorization.k8s.io/v1:Role op-role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding op-role-binding",
      "trident-etcd:index:EtcdOperator op",
    ]);
  });
}

test("grants no verb on everything, no foreign Secret, and nothing outside its namespace", async () => {
  const { inputs } = (await operator()).named("op-role");
  const rules = inputs.rules as { resources: string[]; resourceNames?: string[]; verbs: string[] }[];
  for (const rule of rules) {
    assert.ok(!rule.verbs.includes("*"), JSON.stringify(rule));
  }
  const about = (resource: string): unknown => rules.filter(({ resources }) => resources.includes(resource));
  assert.deepEqual(about("secrets"), [
    { apiGroups: [""], resources: ["secrets"], resourceNames: ["etcd-client-tls"], verbs: ["get"] },
  ]);
  assert.deepEqual(about("endpoints"), [
    { apiGroups: [""], resources: ["endpoints"], resourceNames: ["etcd-operator"], verbs: ["get", "update"] },
  ]);
  assert.deepEqual(about("customresourcedefinitions"), []);
  assert.deepEqual(about("deployments"), []);
  assert.deepEqual(about("persistentvolumeclaims"), []);
});

test("lets the operator make and remove claims only where its members keep their data on them", async () => {
  const { rules } = (await operator(false, undefined, true)).named("op-role").inputs as {
    rules: { resources: string[] }[];
  };
  assert.deepEqual(
    rules.filter(({ resources }) => resources.includes("persistentvolumeclaims")),
    [{ apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["create", "delete"] }],
  );
});

test("defines EtcdCluster without a status subresource, which the operator could not write to", async () => {
  const { inputs } = (await operator()).named("op-definition");
  const { spec } = inputs as { spec: { group: string; scope: string; versions: Record<string, unknown>[] } };
  const [version, another] = spec.versions;
  assert.ok(version);
  assert.equal(another, undefined);
  assert.deepEqual([spec.group, spec.scope, version.name], ["etcd.database.coreos.com", "Namespaced", "v1beta2"]);
  assert.equal(version.subresources, undefined);
});

test("never deletes the CRD, and with it everybody's EtcdClusters, by itself", async () => {
  const { retainOnDelete, inputs } = (await operator()).named("op-definition");
  assert.ok(retainOnDelete);
  // Another stack may have made it, too.
  const { annotations } = inputs.metadata as { annotations: Record<string, string> };
  assert.equal(annotations["pulumi.com/patchForce"], "true");
});

test("makes no CRD where somebody else's is to be used, which the state has under the name of older versions", async () => {
  const registered = await record(false, () => {
    new EtcdOperator("op", { namespace: "storage", clientSecretNames: ["etcd-client-tls"], crd: "existing" });
  });
  assert.deepEqual(registered.ofType("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"), []);
  assert.ok(registered.named("op-deployment"));
  const { definition, crd } = registered.named("op").inputs;
  assert.deepEqual([definition, crd], ["existing", undefined]);
});

test("describes every field that the operator reads or writes, so that none is pruned", async () => {
  const { inputs } = (await operator()).named("op-definition");
  const { spec } = inputs as { spec: { versions: { schema: { openAPIV3Schema: Schema } }[] } };
  const schema = spec.versions[0]?.schema.openAPIV3Schema;
  const fields = (...path: string[]): string[] =>
    Object.keys(path.reduce<Schema | undefined>((at, key) => at?.properties?.[key], schema)?.properties ?? {}).sort();
  assert.deepEqual(fields("spec"), ["TLS", "paused", "pod", "repository", "size", "version"]);
  assert.deepEqual(fields("spec", "TLS", "static", "member"), ["peerSecret", "serverSecret"]);
  assert.deepEqual(fields("spec", "pod").length, 12);
  assert.deepEqual(fields("status", "members"), ["ready", "unready"]);
  assert.deepEqual(fields("status").length, 10);
});

interface Schema {
  properties?: Record<string, Schema>;
}

test("never runs two operators at once: the second would not get ready while the first leads", async () => {
  assert.deepEqual((await deployment()).strategy, { type: "Recreate" });
});

test("runs the image asked for, with the definition made beforehand and the variables that it demands", async () => {
  const [container] = (await deployment()).template.spec.containers;
  assert.ok(container);
  assert.equal(container.image, "registry.example/operator:1");
  assert.deepEqual(container.args, ["-create-crd=false"]);
  assert.deepEqual(
    container.env.map(({ name }) => name),
    ["MY_POD_NAMESPACE", "MY_POD_NAME"],
  );
  assert.deepEqual(container.readinessProbe, { httpGet: { path: "/readyz", port: "metrics" }, periodSeconds: 2 });
});

test("starts the operator anew with an account that was made anew, whose old token nobody takes", async () => {
  const { annotations } = (await deployment()).template.metadata;
  assert.equal(annotations["trident-etcd/service-account"], "uid of op-service-account");
});

test("runs without root and without privileges", async () => {
  const { securityContext, containers } = (await deployment()).template.spec;
  assert.equal(securityContext.runAsNonRoot, true);
  assert.equal(securityContext.runAsUser, 1000);
  assert.deepEqual(containers[0]?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
});

test("starts the operator only after its permissions and the definition", async () => {
  const { dependencies } = (await operator()).named("op-deployment");
  assert.ok(dependencies.includes("op-definition"));
  assert.ok(dependencies.includes("op-role-binding"));
});

test("waits no longer than asked", async () => {
  assert.equal((await deployment()).progressDeadlineSeconds, 90);
  assert.deepEqual((await operator()).named("op-deployment").customTimeouts, { create: "90s", update: "90s" });
});

test("labels every object as managed by this program", async () => {
  for (const { name, inputs } of (await operator()).all.filter(({ inputs }) => "metadata" in inputs)) {
    const { labels } = inputs.metadata as { labels: Record<string, string> };
    assert.equal(labels["app.kubernetes.io/managed-by"], "trident-etcd", name);
    assert.equal(labels["app.kubernetes.io/component"], "operator", name);
  }
});

test("gives its pod what it is told, a variable's value as a secret, and keeps the variables that it can't do without", async () => {
  const registered = await operator(false, {
    imagePullSecrets: [{ name: "registry" }],
    tolerations: [{ operator: "Exists" }],
    env: [
      { name: "HTTPS_PROXY", value: "http://user:word@proxy.example.com" },
      { name: "MY_POD_NAME", value: "mine" },
    ],
  });
  const { spec } = registered.named("op-deployment").inputs;
  // A secret within makes the whole of it one, where it is looked at here.
  assert.ok(isSecret(spec));
  const { template } = revealed(spec) as DeploymentSpec;
  const { imagePullSecrets, tolerations, containers } = template.spec as typeof template.spec & Record<string, unknown>;
  assert.deepEqual([imagePullSecrets, tolerations], [[{ name: "registry" }], [{ operator: "Exists" }]]);
  const [container] = containers;
  assert.deepEqual(
    container?.env.map(({ name }) => name),
    ["HTTPS_PROXY", "MY_POD_NAMESPACE", "MY_POD_NAME"],
  );
});

test("writes it all as an older cluster takes it", async () => {
  const apis = chooseApis({ version: "v1.15.12", groupVersions: undefined });
  const registered = await record(false, () => {
    new EtcdOperator("op", { namespace: "storage", clientSecretNames: ["etcd-client-tls"], apis });
  });
  const crd = registered.named("op-definition");
  assert.equal(crd.type, "kubernetes:apiextensions.k8s.io/v1beta1:CustomResourceDefinition");
  assert.equal((crd.inputs.spec as { version: string }).version, "v1beta2");
  assert.ok(crd.retainOnDelete);
  const { template } = registered.named("op-deployment").inputs.spec as DeploymentSpec;
  assert.equal(template.metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"], "runtime/default");
  assert.equal(template.spec.securityContext.seccompProfile, undefined);
});

test("takes over a definition that was made before the cluster was upgraded, and never deletes it", async () => {
  const crd = (await operator()).named("op-definition");
  assert.match(crd.aliases.join(), /apiextensions\.k8s\.io\/v1beta1:CustomResourceDefinition/);
  assert.ok(crd.retainOnDelete);
  assert.deepEqual(crd.ignoreChanges, [
    'metadata.annotations["trident-etcd/stack"]',
    'metadata.annotations["trident-etcd/stack-uid"]',
  ]);
});

test("bounds no numbers where the API server can't apply them", async () => {
  for (const [version, hasBounds] of [
    ["v1.17.0", false],
    ["v1.18.0", true],
  ] as const) {
    const apis = chooseApis({ version, groupVersions: undefined });
    const registered = await record(false, () => {
      new EtcdOperator("op", { namespace: "storage", clientSecretNames: [], apis });
    });
    assert.equal(JSON.stringify(registered.named("op-definition").inputs).includes("minimum"), hasBounds, version);
  }
});
