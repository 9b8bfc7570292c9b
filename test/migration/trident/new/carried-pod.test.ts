import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { carriedPod } from "../../../../migration/trident/new/carried-pod.ts";
import { legacyTridentManifests } from "../../../../sandbox/legacy-trident/legacy-trident-manifests.ts";

const etcdContainer = { name: "etcd" };

// As plain objects, which they are.
type Container = Pick<V1Container, keyof V1Container>;
type PodSpec = Pick<V1PodSpec, keyof V1PodSpec>;

function carriedOf(change: Partial<PodSpec> = {}, trident: Partial<Container> = {}) {
  const { template } = legacyTridentManifests({ namespace: "trident", debug: true }).deployment.spec ?? {};
  const installed: PodSpec = template?.spec ?? { containers: [] };
  const [first, second]: (Container | undefined)[] = installed.containers;
  const containers = [{ ...first, ...trident }, second] as V1Container[];
  const spec = {
    ...installed,
    containers,
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    ...change,
  };
  return carriedPod({ template: { spec: spec as V1PodSpec }, etcdContainer, claim: "trident" });
}

test("is nothing of a Trident as its installer makes it, with what the API server fills in", () => {
  const { carried, left } = carriedOf({ securityContext: {} }, { resources: {}, env: [] });
  assert.deepEqual([carriedOf().pod(), carried, left], [{}, [], []]);
});

test("is all that says where it runs and who pulls for it, told by names and counts", () => {
  const placement = {
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "dedicated", operator: "Exists" }, { operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    hostAliases: [{ ip: "192.0.2.1", hostnames: ["storage.example.com"] }],
    priorityClassName: "high",
    dnsPolicy: "None",
    dnsConfig: { nameservers: ["192.0.2.53"] },
  };
  const found = carriedOf(placement, { resources: { limits: { memory: "1Gi" } } });
  assert.deepEqual(found.pod(), { ...placement, resources: { limits: { memory: "1Gi" } } });
  assert.deepEqual(
    found.carried.map(({ text }) => text),
    [
      "imagePullSecrets (registry)",
      "nodeSelector (disk)",
      "tolerations (2)",
      "affinity (nodeAffinity)",
      "hostAliases (1)",
      "priorityClassName (high)",
      "dnsPolicy (None)",
      "dnsConfig",
      "resources",
    ],
  );
  assert.deepEqual(found.left, []);
});

test("is of variables the proxies' and those that refer to a value, and names the others", () => {
  const reference = { name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
  const proxies = [
    { name: "HTTPS_PROXY", value: "http://user:hunter2@proxy.example.com" },
    { name: "no_proxy", value: "192.0.2.0/24" },
  ];
  const envFrom = [{ configMapRef: { name: "more" } }];
  const found = carriedOf({}, { env: [...proxies, reference, { name: "GODEBUG", value: "hunter3" }], envFrom });
  assert.deepEqual(found.pod(), { env: [...proxies, reference], envFrom });
  assert.deepEqual(
    found.carried.map(({ text }) => text),
    ["env (HTTPS_PROXY, no_proxy, TOKEN)", "envFrom (1)"],
  );
  assert.deepEqual(found.left, ["env GODEBUG: of variables with a value only the proxies' are carried"]);
  for (const printed of [JSON.stringify(found), inspect(found, { depth: 9, showHidden: true })]) {
    assert.doesNotMatch(printed, /hunter/);
  }
});

test("is of volumes all that Trident mounts, but for its etcd's data and what would cover the certificate", () => {
  const secret = { name: "ca", secret: { secretName: "storage-ca" } };
  const volumes = [
    { name: "etcd-vol", persistentVolumeClaim: { claimName: "trident" } },
    secret,
    { name: "old-certificate", secret: { secretName: "old" } },
    { name: "of-nobody", emptyDir: {} },
  ];
  const mount = { name: "ca", mountPath: "/etc/ssl/storage" };
  const volumeMounts = [
    { name: "etcd-vol", mountPath: "/data" },
    mount,
    { name: "old-certificate", mountPath: "/root/certs" },
  ];
  const found = carriedOf({ volumes }, { volumeMounts });
  assert.deepEqual(found.pod(), { volumes: [secret], volumeMounts: [mount] });
  assert.deepEqual(found.left, ["the volume at /root/certs: the new Trident has its etcd's certificate there"]);
});

test("is of arguments those that Trident 19.04 knows, without what every Trident has", () => {
  const args = [
    "-etcd_v3",
    "http://127.0.0.1:8001",
    "-k8s_pod",
    "-debug",
    "-https_rest",
    "-log_level=warn",
    "-verbose",
  ];
  const found = carriedOf({}, { args });
  assert.deepEqual(found.pod(), { args: ["-https_rest", "-log_level=warn"] });
  assert.deepEqual(
    found.carried.map(({ text }) => text),
    ["args (-https_rest, -log_level)"],
  );
  assert.deepEqual(found.left, ["argument -verbose: Trident 19.04 does not know it"]);
  assert.deepEqual(carriedOf({}, { command: ["/bin/sh", "-c", "wrapped"] }).pod(), {});
});

test("leaves what would make another pod of it, and says so", () => {
  const { template } = legacyTridentManifests({ namespace: "trident" }).deployment.spec ?? {};
  const containers = [...(template?.spec?.containers ?? []), { name: "logs" }];
  const found = carriedOf({
    containers,
    hostNetwork: true,
    dnsPolicy: "ClusterFirstWithHostNet",
    securityContext: { runAsUser: 0 },
  });
  assert.deepEqual(found.pod(), {});
  assert.deepEqual(found.left, [
    "1 more container of its pod (logs)",
    "hostNetwork",
    "securityContext: the new Trident has its own",
  ]);
});
