import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import type { ShownCertificates } from "../../../migration/certificates/brought-certificates.ts";
import type { ServedObject } from "../../../migration/plan/read/cluster-reader.ts";
import type { PlanRequest } from "../../../migration/plan/plan-request.ts";
import { deletionCommand } from "../../../migration/connect/etcd-address.ts";
import type { Blocker, BlockerKind } from "../../../migration/blockers/blocker.ts";
import {
  existingEtcdAccess,
  existingEtcdAlarm,
  existingEtcdClusters,
  existingEtcdTls,
  existingEtcdUnreachable,
  existingEtcdVersion,
  kubernetesEtcd,
  prefixNotEmpty,
} from "../../../migration/blockers/existing-etcd-blockers.ts";
import { definitionName, definitionPath } from "../../../migration/uninstall/crd.ts";
import { MemoryStore } from "../copy/memory-store.ts";
import { etcdClusterPath, smallState, threeMembers, type FakePlanEnvironment } from "./fake-plan-environment.ts";
import {
  deploymentPath,
  emptyRecord,
  endpoint,
  existingEtcd,
  leasePath,
  migratedStack,
  otherCertificate,
  ours,
  recordedStack,
  secrets,
  type Arrange,
  withCertificates,
} from "./scenario-parts.ts";

const installOnExisting = { migrate: false, ...existingEtcd() };

const user = { described: "the user of the client certificate (its common name, trident)", user: "trident" };

/**
 * What keeps a run from being begun, each alone, under its heading of docs/the-plan.md; in the order of their names, so that two that
 * are added at a time rarely meet. What keeps an existing etcd from being used is as checkExistingEtcd finds it, where it is
 * tested against a real one.
 */
export const blockedPlans: readonly (readonly [kind: BlockerKind, arrange: Arrange, change?: Partial<PlanRequest>])[] =
  [
    [
      "anotherAuthority",
      (environment) => {
        withCertificates(environment.withLegacy().withEtcdCluster());
      },
      { broughtCertificates: broughtIn("certificates") },
    ],
    [
      "anotherEtcd",
      (environment) => {
        const container = { name: "trident-main", args: ["-etcd_v3", "https://trident-etcd-client:2379", "-k8s_pod"] };
        const spec = { template: { spec: { containers: [container] } } };
        environment.withExistingEtcd().objects.set(deploymentPath, { metadata: ours, spec });
      },
      installOnExisting,
    ],
    ["anotherMigration", (environment) => environment.withLegacy().objects.set(leasePath, renewedAtEachLook())],
    [
      "anotherTrident",
      (environment) => {
        const metadata = { name: "trident", namespace: "storage", labels: { app: "trident.netapp.io" } };
        environment.objects.set("/apis/apps/v1/deployments?limit=500", {
          items: [{ metadata, spec: { replicas: 1 } }],
        });
      },
      { migrate: false },
    ],
    [
      "bothTridents",
      (environment) => {
        startedBesideOld(environment);
        environment.record = { ...emptyRecord, phase: "stopped", served };
      },
    ],
    [
      "brokenReferences",
      (environment) =>
        environment.withLegacy({ ...smallState, "/trident/v1/volume/pvc-1": '{"backend":"missing","Config":{}}' }),
    ],
    [
      "emptiedEtcd",
      (environment) => {
        recordedStack(environment, {});
      },
      { migrate: false },
    ],
    ["emptySource", (environment) => environment.withLegacy({})],
    [
      "etcdVersionSkipped",
      (environment) => {
        recordedStack(environment, smallState);
        environment.members = threeMembers({ version: "3.3.27" });
        environment.objects.set(etcdClusterPath, {
          ...environment.objects.get(etcdClusterPath),
          spec: { version: "3.3.27" },
        });
      },
      { migrate: false, etcdVersion: "3.5.6" },
    ],
    ["etcdv2State", (environment) => (environment.withLegacy({}).etcdv2Nodes = 12)],
    [
      "existingEtcdAccess",
      withProblem(existingEtcdAccess([endpoint], user, "/trident/", "access refused: permission denied")),
      installOnExisting,
    ],
    ["existingEtcdAlarm", withProblem(existingEtcdAlarm([endpoint], ["alarm:NOSPACE"])), installOnExisting],
    [
      "existingEtcdClusters",
      withProblem(
        existingEtcdClusters([
          { endpoint: "https://a.example.com:2379", clusterId: "17" },
          { endpoint: "https://b.example.com:2379", clusterId: "18" },
        ]),
      ),
      installOnExisting,
    ],
    [
      "existingEtcdTls",
      withProblem(existingEtcdTls([endpoint], "serverName", "its certificate is not for the name etcd.example.com")),
      installOnExisting,
    ],
    [
      "existingEtcdUnreachable",
      withProblem(existingEtcdUnreachable([endpoint], "from this machine", "connect ECONNREFUSED 192.0.2.7:2379")),
      installOnExisting,
    ],
    ["existingEtcdVersion", withProblem(existingEtcdVersion([endpoint], "4.0.1")), installOnExisting],
    [
      "foreignKeys",
      (environment) => environment.withLegacy().withEtcdCluster({ "/trident/v1/volume/of-somebody-else": "secret" }),
    ],
    [
      "foreignObject",
      (environment) => environment.withLegacy().objects.set(`${secrets}/etcd-client-tls`, { metadata: {} }),
    ],
    ["foreignTrident", (environment) => environment.objects.set(deploymentPath, { metadata: { name: "trident" } })],
    ["imageOlderThanData", (environment) => environment.withLegacy(), { tridentImage: "netapp/trident:18.10.0" }],
    ["kubernetesEtcd", withProblem(kubernetesEtcd([endpoint], "/registry/")), installOnExisting],
    [
      "leasedKeys",
      (environment) => {
        const source = environment.withLegacy().source;
        const read = source?.range.bind(source);
        if (source === undefined || read === undefined) return;
        source.range = async (request) => {
          const page = await read(request);
          return {
            ...page,
            entries: page.entries.map((entry) => ({ ...entry, lease: entry.value.length > 2 ? 7n : 0n })),
          };
        };
      },
    ],
    ["legacyClaimPresent", (environment) => environment.withClaimAlone(), { migrate: false }],
    ["legacyTridentPresent", (environment) => environment.withLegacy(), { migrate: false }],
    [
      "lostEtcd",
      (environment) => {
        recordedStack(environment, smallState);
        environment.objects.delete(etcdClusterPath);
        environment.destination = undefined;
        environment.members = [];
      },
      { migrate: false },
    ],
    [
      "managedDeployment",
      (environment) => {
        const deployment = environment.withLegacy().objects.get(deploymentPath);
        const annotations = { "argocd.argoproj.io/tracking-id": "storage:apps/Deployment:trident/trident" };
        environment.objects.set(deploymentPath, { ...deployment, metadata: { ...deployment?.metadata, annotations } });
      },
    ],
    [
      "membersMissing",
      (environment) => {
        recordedStack(environment, smallState);
        environment.members = [
          ...threeMembers().slice(0, 2),
          { kind: "ended", pod: "trident-etcd-c", reason: "Evicted" },
        ];
      },
      { migrate: false, etcdVersion: "3.5.6" },
    ],
    [
      "missingPermissions",
      (environment) => {
        environment.withLegacy();
        for (const each of [
          "get /pods/portforward",
          "create /pods",
          "create apiextensions.k8s.io/customresourcedefinitions",
        ]) {
          environment.denied.add(each);
        }
      },
    ],
    ["namespaceMissing", (environment) => (environment.hasNamespace = false), { migrate: false }],
    [
      "newEtcd",
      (environment) =>
        (migratedStack(environment).destination = new MemoryStore("the etcd cluster trident-etcd", "7", smallState)),
      { rollback: true },
    ],
    [
      "newTridentStands",
      (environment) => {
        migratedStack(environment).objects.delete(deploymentPath);
        environment.objects.set(newTridentPath, newTrident);
      },
      { migrate: false },
    ],
    ["noLegacyTrident", () => undefined],
    [
      "noManifest",
      (environment) => {
        environment.withEtcdCluster(smallState).objects.set(deploymentPath, { metadata: ours });
        environment.record = { ...emptyRecord, phase: "copied", result: "{}" };
      },
      { rollback: true },
    ],
    ["noRoom", (environment) => (environment.withLegacy().source = new HugeStore())],
    ["nothingToRollBack", (environment) => environment.withLegacy(), { rollback: true }],
    [
      "oldTridentRestored",
      (environment) => {
        const { record } = migratedStack(environment);
        environment.withLegacy();
        const result = { keys: 5, sha256: "aa", ...revisions };
        if (record !== undefined) environment.record = { ...record, result: JSON.stringify(result) };
      },
    ],
    [
      "oldTridentDisagrees",
      (environment) => {
        const names = { backends: ["nas"], volumes: ["a", "b", "made-meanwhile"], storageClasses: [] };
        environment.withLegacy().answer = { kind: "names", names };
      },
    ],
    [
      "oldTridentNotServing",
      (environment) =>
        (environment.withLegacy().answer = {
          kind: "failed",
          reason:
            "its REST API answers with 500: Trident initialization failed; couldn't find backend nas for volume default-pvc-1a2b3",
        }),
    ],
    ["openTransactions", (environment) => environment.withLegacy({ ...smallState, "/trident/v1/txn/pvc-7": "{}" })],
    [
      "otherEtcd",
      (environment) => {
        recordedStack(environment, {});
        environment.record = { ...emptyRecord, etcdClusterId: "7", etcdHeldKeys: "true" };
      },
      { migrate: false },
    ],
    [
      "otherStack",
      (environment) => {
        const annotations = { "trident-etcd/stack": "organization/trident-etcd/staging" };
        const clusterRole = "/apis/rbac.authorization.k8s.io/v1/clusterroles/trident-external-etcd-trident";
        environment.withLegacy().objects.set(`${secrets}/etcd-client-tls`, { metadata: { ...ours, annotations } });
        environment.objects.set(clusterRole, { metadata: { ...ours, annotations } });
        environment.objects.set(`${secrets}/etcd-peer-tls`, { metadata: ours });
      },
    ],
    [
      "persistentVolumeClaim",
      (environment) =>
        environment
          .withLegacy()
          .objects.set("/api/v1/namespaces/trident/persistentvolumeclaims/trident", { status: { phase: "Lost" } }),
    ],
    [
      "prefixNotEmpty",
      withProblem(
        prefixNotEmpty(
          [endpoint],
          "/trident/",
          { count: 5, first: ["/trident/store", "/trident/v1/backend/nas", "/trident/v1/storageclass/gold"] },
          deletionCommand([endpoint], keyPrefix("/trident/")),
        ),
      ),
      installOnExisting,
    ],
    [
      "quorumLost",
      (environment) => {
        recordedStack(environment, smallState);
        environment.destination = undefined;
        environment.members = threeMembers({ hasLeader: false, errors: ["etcdserver: no leader"] }).slice(0, 1);
      },
      { migrate: false },
    ],
    [
      "recordInvalid",
      (environment) => {
        environment.withLegacy().withEtcdCluster();
        environment.record = { namespace: "trident", name: "trident-etcd-migration", uid: "u", firstPass: "nonsense" };
      },
    ],
    [
      "rollbackUnfinished",
      (environment) => {
        const { record } = migratedStack(environment);
        environment.withLegacy();
        if (record !== undefined) environment.record = { ...record, rollbackPhase: "restoring" };
      },
    ],
    [
      "sameCluster",
      (environment) => (environment.withLegacy().destination = new MemoryStore("the etcd cluster trident-etcd", "1")),
    ],
    [
      "sourceUnreachable",
      (environment) => {
        environment.withLegacy();
        if (environment.source !== undefined)
          environment.source.status = () => Promise.reject(new Error("no answer in 10 s"));
      },
    ],
    [
      "stoppedTridentDeleted",
      (environment) => (environment.record = { namespace: "trident", name: "r", uid: "u", phase: "stopped" }),
    ],
    ["takeOver", () => undefined, { migrate: false, takeOver: true }],
    [
      "unsupportedKubernetes",
      (environment) => environment.withLegacy().objects.set("/version", { gitVersion: "v1.15.12" }),
    ],
    ["unsupportedTrident", (environment) => environment.withLegacy(), { tridentImage: "netapp/trident:20.01.0" }],
    [
      "unusableDefinition",
      (environment) =>
        environment.withLegacy().objects.set(definitionPath, {
          metadata: { name: definitionName },
          spec: {
            scope: "Namespaced",
            names: { kind: "EtcdCluster" },
            versions: [{ name: "v1beta2", served: true, subresources: { status: {} } }],
          },
        }),
    ],
  ];

/** One of what keeps an existing etcd from being used. */
function withProblem(problem: Blocker): Arrange {
  return (environment) => (environment.withExistingEtcd().problems = [problem]);
}

function broughtIn(folder: string): ShownCertificates {
  const shown = (name: string) => ({
    certificate: otherCertificate,
    certificateAuthority: otherCertificate,
    places: {
      certificate: `${name}.crt in folder ${folder}`,
      privateKey: `${name}.key in folder ${folder}`,
      certificateAuthority: `ca.crt in folder ${folder}`,
    },
  });
  return { server: shown("server"), peer: shown("peer"), client: shown("etcd-client") };
}

function renewedAtEachLook(): ServedObject {
  let second = 0;
  return {
    get spec() {
      second += 1;
      const renewTime = new Date(Date.UTC(2999, 0, 1, 0, 0, second)).toISOString();
      return { holderIdentity: "build-7-4711-0a1b2c3d", renewTime, leaseDurationSeconds: 60 };
    },
  };
}

/** One key whose value seems to be larger than an etcd may be; nothing of that size is made. */
class HugeStore extends MemoryStore {
  constructor() {
    super("the embedded etcd", "1", { "/trident/v1/node/a": "{}" });
  }

  override async status(): ReturnType<MemoryStore["status"]> {
    return { ...(await super.status()), version: "3.3.12" };
  }

  override async range(request: Parameters<MemoryStore["range"]>[0]): ReturnType<MemoryStore["range"]> {
    const page = await super.range(request);
    const buffer = Buffer.alloc(0);
    const place = { buffer, keyStart: 0, keyEnd: 20, valueStart: 0, valueEnd: 3 * 1024 ** 3 };
    return { ...page, entries: page.entries.map((entry) => ({ ...entry, place })) };
  }
}

const newTridentPath = "/apis/apps/v1/namespaces/trident/deployments/trident-external-etcd";
const newTrident = {
  metadata: { ...ours, annotations: { "trident-etcd/verified-revision": "6" } },
  spec: { replicas: 1 },
};
const revisions = {
  ...{ sourceClusterId: "1", sourceRevision: "6" },
  ...{ destinationClusterId: "2", destinationRevision: "6" },
};
const served = JSON.stringify({ keys: 5, ...revisions });

/** The new Trident has written two keys, and the old one, which somebody has started, one. */
function startedBesideOld(environment: FakePlanEnvironment): void {
  const made = { "/trident/v1/volume/c": "{}", "/trident/v1/volume/d": "{}" };
  environment.withLegacy({ ...smallState, "/trident/v1/volume/e": "{}" });
  environment.withEtcdCluster({ ...smallState, ...made }).objects.set(newTridentPath, newTrident);
}
