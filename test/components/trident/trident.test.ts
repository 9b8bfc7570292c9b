import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { newestApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import { Trident, tridentSpec } from "../../../components/trident/trident.ts";
import type { TridentArgs } from "../../../components/trident/trident.ts";
import { isSecret, record, revealed } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

function trident(args: Partial<TridentArgs> = {}, preview = false): Promise<Registrations> {
  return record(preview, () => {
    new Trident("t", {
      namespace: "storage",
      etcdClientEndpoint: "https://db-client:2379",
      clientSecretName: "etcd-client-tls",
      clientCertificateVersion: "2031-01-01T00:00:00Z",
      timeoutSeconds: 90,
      ...args,
    });
  });
}

interface DeploymentInputs {
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    replicas: number;
    strategy: unknown;
    progressDeadlineSeconds: number;
    selector: unknown;
    template: {
      metadata: { annotations: Record<string, string> };
      spec: { serviceAccountName: string; containers: Record<string, unknown>[]; volumes: unknown[] };
    };
  };
}

async function deployment(args: Partial<TridentArgs> = {}): Promise<DeploymentInputs> {
  return (await trident(args)).named("t-deployment").inputs as unknown as DeploymentInputs;
}

for (const preview of [true, false]) {
  test(`registers account, permissions and Deployment ${preview ? "in a preview" : "in an update"}`, async () => {
    const registered = await trident({}, preview);
    assert.deepEqual(registered.all.map(({ type, name }) => `${type} ${name}`).sort(), [
      "kubernetes:apps/v1:Deployment t-deployment",
      "kubernetes:core/v1:ServiceAccount t-account-service-account",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole t-account-cluster-role",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding t-account-cluster-role-binding",
      "kubernetes:rbac.authorization.k8s.io/v1:Role t-account-role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding t-account-role-binding",
      "trident-etcd:index:Trident t",
      "trident-etcd:index:TridentAccount t-account",
    ]);
  });
}

test("takes over the Deployment's name and none of the other names of a Trident with its embedded etcd", async () => {
  const registered = await trident();
  const name = (resource: string): unknown => (registered.named(resource).inputs.metadata as { name: string }).name;
  assert.equal(name("t-deployment"), "trident");
  assert.equal(name("t-account-service-account"), "trident-external-etcd");
  assert.equal(name("t-account-cluster-role"), "trident-external-etcd-storage");
  assert.equal(name("t-account-cluster-role-binding"), "trident-external-etcd-storage");
});

test("never runs two Tridents at once", async () => {
  const { spec } = await deployment();
  assert.equal(spec.replicas, 1);
  assert.deepEqual(spec.strategy, { type: "Recreate" });
});

test("points Trident at the etcd cluster, and lets it find its certificates where it looks by default", async () => {
  const { spec } = await deployment();
  const [container] = spec.template.spec.containers;
  assert.ok(container);
  assert.deepEqual(container.command, ["/usr/local/bin/trident_orchestrator"]);
  assert.deepEqual(container.args, ["-etcd_v3", "https://db-client:2379", "-k8s_pod"]);
  assert.deepEqual(container.volumeMounts, [{ name: "etcd-client-tls", mountPath: "/root/certs", readOnly: true }]);
  assert.deepEqual(spec.template.spec.volumes, [
    { name: "etcd-client-tls", secret: { secretName: "etcd-client-tls" } },
  ]);
});

test("adds the debug flag when asked", async () => {
  const [container] = (await deployment({ debug: true })).spec.template.spec.containers;
  assert.deepEqual(container?.args, ["-etcd_v3", "https://db-client:2379", "-k8s_pod", "-debug"]);
});

test("is ready when Trident's own API lists backends, and gives up after the time asked for", async () => {
  const { spec } = await deployment();
  const probe = spec.template.spec.containers[0]?.readinessProbe as { exec: unknown };
  assert.deepEqual(probe.exec, { command: ["tridentctl", "-s", "127.0.0.1:8000", "get", "backend"] });
  assert.equal(spec.progressDeadlineSeconds, 90);
});

test("grants the account what Trident 19.04 needs, before the Deployment", async () => {
  const registered = await trident();
  const rules = registered.named("t-account-cluster-role").inputs.rules as { resources: string[]; verbs: string[] }[];
  assert.deepEqual(
    rules
      .map(({ resources }) => resources)
      .flat()
      .sort(),
    [
      "events",
      "persistentvolumeclaims",
      "persistentvolumeclaims/status",
      "persistentvolumes",
      "persistentvolumes/status",
      "storageclasses",
    ],
  );
  assert.ok(rules.every(({ verbs }) => !verbs.includes("*")));
  assert.ok(registered.named("t-deployment").dependencies.includes("t-account-cluster-role-binding"));
  assert.equal((await deployment()).spec.template.spec.serviceAccountName, "trident-external-etcd");
});

test("says of its pods what a migration is told beforehand, word for word", async () => {
  const pods = {
    serviceAccountName: "somebody",
    image: "registry/trident:19.04.0",
    etcdClientEndpoint: "https://db-client:2379",
    clientSecretName: "etcd-client-tls",
    clientCertificateVersion: "2031-01-01T00:00:00Z",
    timeoutSeconds: 90,
  };
  const toldBeforehand = await promiseOf(pulumi.output(tridentSpec(pods)));
  assert.deepEqual((await deployment(pods)).spec, toldBeforehand);
});

test("makes no account of its own when it is given one", async () => {
  const registered = await trident({ serviceAccountName: "somebody" });
  assert.deepEqual(
    registered.all.map(({ name }) => name),
    ["t", "t-deployment"],
  );
});

test("starts Trident anew with a renewed client certificate", async () => {
  const { spec } = await deployment({ clientCertificateVersion: "renewed" });
  assert.equal(spec.template.metadata.annotations["trident-etcd/client-certificate"], "renewed");
});

test("starts Trident anew with an account that was made anew", async () => {
  const noted = ({ spec }: DeploymentInputs): unknown =>
    spec.template.metadata.annotations["trident-etcd/service-account"];
  assert.equal(noted(await deployment()), "uid of t-account-service-account");
  assert.equal(noted(await deployment({ serviceAccountName: "somebody", serviceAccountUid: "a uid" })), "a uid");
  assert.equal(noted(await deployment({ serviceAccountName: "somebody" })), undefined);
});

test("waits for the migration by its digest, noted on the Deployment and not on its pods", async () => {
  const { metadata, spec } = await deployment({ migratedStateDigest: "abc" });
  assert.equal(metadata.annotations?.["trident-etcd/migrated-state-sha256"], "abc");
  assert.deepEqual(Object.keys(spec.template.metadata.annotations).sort(), [
    "trident-etcd/client-certificate",
    "trident-etcd/service-account",
  ]);
  assert.equal((await deployment()).metadata.annotations?.["trident-etcd/migrated-state-sha256"], undefined);
});

function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

test("has no certificates mounted where its etcd has no TLS", async () => {
  const { spec } = await record(false, () => {
    new Trident("t", {
      namespace: "storage",
      etcdClientEndpoint: "http://db:2379",
      clientCertificateVersion: "none",
    });
  }).then((registered) => registered.named("t-deployment").inputs as unknown as DeploymentInputs);
  const [container] = spec.template.spec.containers;
  assert.deepEqual(container?.args, ["-etcd_v3", "http://db:2379", "-k8s_pod"]);
  assert.equal(container.volumeMounts, undefined);
  assert.equal(spec.template.spec.volumes, undefined);
});

test("gives its pod what it is told, with the certificate where it was, and a variable's value as a secret", async () => {
  const registered = await trident({
    pod: {
      imagePullSecrets: [{ name: "registry" }],
      priorityClassName: "high",
      env: [{ name: "HTTPS_PROXY", value: "http://user:word@proxy.example.com" }],
      envFrom: [{ configMapRef: { name: "more" } }],
      resources: { limits: { memory: "1Gi" } },
      volumes: [
        { name: "etcd-client-tls", emptyDir: {} },
        { name: "more", secret: { secretName: "more" } },
      ],
      volumeMounts: [
        { name: "more", mountPath: "/root/certs" },
        { name: "more", mountPath: "/more" },
      ],
      args: ["-log_level", "warn"],
    },
  });
  const { spec: sent } = registered.named("t-deployment").inputs;
  // A secret within makes the whole of it one, where it is looked at here.
  assert.ok(isSecret(sent));
  const spec = revealed(sent) as DeploymentInputs["spec"];
  const pod = spec.template.spec as DeploymentInputs["spec"]["template"]["spec"] & Record<string, unknown>;
  const [container] = pod.containers;
  assert.deepEqual([pod.imagePullSecrets, pod.priorityClassName], [[{ name: "registry" }], "high"]);
  assert.deepEqual(container?.args, ["-etcd_v3", "https://db-client:2379", "-k8s_pod", "-log_level", "warn"]);
  assert.deepEqual(container.envFrom, [{ configMapRef: { name: "more" } }]);
  assert.deepEqual(container.resources, { limits: { memory: "1Gi" } });
  assert.deepEqual(pod.volumes, [
    { name: "more", secret: { secretName: "more" } },
    { name: "etcd-client-tls", secret: { secretName: "etcd-client-tls" } },
  ]);
  assert.deepEqual(container.volumeMounts, [
    { name: "more", mountPath: "/more" },
    { name: "etcd-client-tls", mountPath: "/root/certs", readOnly: true },
  ]);
});

test("notes the seccomp profile in an annotation where the cluster has no field for it", async () => {
  const { template } = (await deployment({ apis: { ...newestApis, seccompProfile: false } })).spec;
  const annotation = "container.seccomp.security.alpha.kubernetes.io/trident-main";
  assert.equal(template.metadata.annotations[annotation], "runtime/default");
  assert.ok(!JSON.stringify(template.spec).includes("seccompProfile"));
});
