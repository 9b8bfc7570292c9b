import type { ShownCertificates } from "../../../migration/certificates/brought-certificates.ts";
import type { MigrationPlan } from "../../../migration/plan/migration-plan.ts";
import type { ServedObject } from "../../../migration/plan/cluster-reader.ts";
import { planFrom } from "../../../migration/plan/gather-plan.ts";
import type { PlanRequest } from "../../../migration/plan/plan-request.ts";
import { NotReachedFromHereError } from "../../../migration/endpoints/errors.ts";
import { deletionCommand } from "../../../migration/endpoints/etcdctl-command.ts";
import type { BlockerError, BlockerKind } from "../../../migration/preflight/blocker.ts";
import {
  ExistingEtcdAccessError,
  ExistingEtcdAlarmError,
  ExistingEtcdClustersError,
  ExistingEtcdTlsError,
  ExistingEtcdUnreachableError,
  ExistingEtcdVersionError,
  KubernetesEtcdError,
  PrefixNotEmptyError,
} from "../../../migration/preflight/existing-etcd-errors.ts";
import { definitionName, definitionPath } from "../../../migration/uninstall/definition.ts";
import { legacyDeployment } from "../legacy/legacy-deployment.ts";
import { MemoryStore } from "../memory-store.ts";
import { FakePlanEnvironment, planRequest, smallState } from "./fake-plan-environment.ts";

const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const leasePath = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";
const secrets = "/api/v1/namespaces/trident/secrets";
const ours = { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } };

const certificateKeys = ["etcd-client", "server", "peer"].flatMap((name) => [`${name}.crt`, `${name}-ca.crt`]);
/** Without a private key: only its end is looked at. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUcCErDEii3wqCl+gkdnMFWQqUetkwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZXhhbXBsZTAgFw0yNjExMjMwNzM5NDdaGA8yMDUxMDcxNTA3
Mzk0N1owEjEQMA4GA1UEAwwHZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABHCc7ZlmiloDBZNXHyREI8JGYj9HZYfRxW1YayWgzgd7y5C7HQ+XPyMYSan4
y7udvUD7vef4YDDK8UH/xsLIjMOjUzBRMB0GA1UdDgQWBBSWcP4ERxh9k1EHjVQ4
NTpHxaEOAjAfBgNVHSMEGDAWgBSWcP4ERxh9k1EHjVQ4NTpHxaEOAjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIEtZ0LAzKDhwTSmdgfP1YafmpEkp
BUbtKAbdbOWWSNy9AiBQv8EogcWRlOX99p/WyarYI3zrQmRkU23JQJY3/DW6Ig==
-----END CERTIFICATE-----`;

/** Of another CA, its own. */
const otherCertificate = Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUfsU0WnjtGqOOjeU74gR2MRy0XV8wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPYW5vdGhlci1leGFtcGxlMCAXDTI2MTEyMzEyNTAwM1oYDzIw
NTEwNzE1MTI1MDAzWjAaMRgwFgYDVQQDDA9hbm90aGVyLWV4YW1wbGUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATahkyKr34EibysK9TP/R1KFGb4gHwk1crreyxu
L/E76aDDWx9zj1DPhFFw0JI3AaATSMIGrKvST2yNBhODpKWlo1MwUTAdBgNVHQ4E
FgQUWjjTIVvNiIOPBNjFOUI1M4VBdHMwHwYDVR0jBBgwFoAUWjjTIVvNiIOPBNjF
OUI1M4VBdHMwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBwKttn
TDMjmegbzMnJoNTFf4+RMCZWXhach80O/FsMKAIhALKNeW8uwwPvtd71kHRDc73e
QW9Ym7Vd/Ns0ZsrUfDN0
-----END CERTIFICATE-----`);

/** Clusters and settings, under the headings of docs/the-plan.md. */
export const wholePlans: Readonly<Record<string, () => Promise<MigrationPlan>>> = {
  "A clean migration": () => planOf((environment) => environment.withLegacy()),
  "A new installation": () => planOf(() => undefined, { migrate: false }),
  "An installation beside somebody else's etcd-operator": () =>
    planOf((environment) => environment.objects.set(definitionPath, foreignDefinition), { migrate: false }),
  "An interrupted migration": () =>
    planOf((environment) => {
      const deployment = environment.withLegacy().withEtcdCluster().objects.get(deploymentPath);
      const annotations = { "trident-etcd/replicas-before-migration": "1" };
      const spec = { ...(deployment?.spec as object), replicas: 0 };
      environment.objects.set(deploymentPath, { metadata: { ...deployment?.metadata, annotations } as object, spec });
      environment.source = undefined;
      environment.record = { namespace: "trident", name: "trident-etcd-migration", uid: "u", phase: "stopped" };
    }),
  "A migrated stack": () =>
    planOf((environment) => {
      const result = JSON.stringify({ keys: 5, sha256: "aa", finishedAt: "2026-01-02T03:04:05.000Z" });
      environment.record = {
        ...emptyRecord,
        phase: "copied",
        result,
        legacyDeployment: JSON.stringify(legacyDeployment()),
      };
      environment.withEtcdCluster(smallState).objects.set(deploymentPath, { metadata: ours });
      withCertificates(environment);
    }),
  "A new installation on an existing etcd": () =>
    planOf((environment) => environment.withExistingEtcd(), { migrate: false, ...existingEtcd() }),
  "A migration to an existing etcd that only the cluster can reach": () =>
    planOf(
      (environment) => {
        const endpoints = ["https://etcd-0.etcd.databases.svc:2379", "https://etcd-1.etcd.databases.svc:2379"];
        environment.withLegacy().unreached = new NotReachedFromHereError(endpoints, [
          "getaddrinfo ENOTFOUND etcd-0.etcd.databases.svc",
          "getaddrinfo ENOTFOUND etcd-1.etcd.databases.svc",
        ]);
      },
      existingEtcd("https://etcd-0.etcd.databases.svc:2379", "https://etcd-1.etcd.databases.svc:2379"),
    ),
  "A rollback": () => planOf(migratedStack, { rollback: true }),
  "A stack that was rolled back": () =>
    planOf(
      (environment) => {
        environment.withLegacy().withEtcdCluster();
        const rolledBack = JSON.stringify({ finishedAt: "2026-01-02T03:04:05.000Z", keys: 6 });
        environment.record = { ...emptyRecord, rolledBack };
      },
      { rollback: true },
    ),
};

/** As an etcd-operator of another namespace may have it. */
const foreignDefinition: ServedObject = {
  metadata: { name: definitionName },
  spec: {
    scope: "Namespaced",
    names: { kind: "EtcdCluster" },
    preserveUnknownFields: true,
    versions: [{ name: "v1beta2", served: true }],
  },
};

/** In the stack's Secrets, a single one for all that is a certificate there. */
function withCertificates(environment: FakePlanEnvironment): void {
  const data = Object.fromEntries(certificateKeys.map((key) => [key, Buffer.from(certificate).toString("base64")]));
  for (const secret of ["etcd-client-tls", "etcd-server-tls", "etcd-peer-tls"]) {
    environment.objects.set(`${secrets}/${secret}`, { metadata: ours, data });
  }
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

/** A stack whose migration has ended, with what the new Trident has written since. */
function migratedStack(environment: FakePlanEnvironment): FakePlanEnvironment {
  environment.withLegacy().withEtcdCluster({ ...smallState, "/trident/v1/volume/c": "{}" });
  environment.objects.set(deploymentPath, { metadata: ours });
  environment.source = undefined;
  const result = JSON.stringify({ keys: 5, sha256: "aa", destinationClusterId: "2" });
  const manifest = JSON.stringify(legacyDeployment());
  environment.record = { ...emptyRecord, phase: "copied", result, legacyDeployment: manifest };
  return environment;
}

const emptyRecord = { namespace: "trident", name: "trident-etcd-migration", uid: "u" };

type Arrange = (environment: FakePlanEnvironment) => unknown;

const otherBlockedPlans: readonly (readonly [kind: BlockerKind, arrange: Arrange, change?: Partial<PlanRequest>])[] = [
  ["namespaceMissing", (environment) => (environment.hasNamespace = false), { migrate: false }],
  ["noLegacyTrident", () => undefined],
  ["legacyTridentPresent", (environment) => environment.withLegacy(), { migrate: false }],
  ["foreignTrident", (environment) => environment.objects.set(deploymentPath, { metadata: { name: "trident" } })],
  [
    "stoppedTridentDeleted",
    (environment) => (environment.record = { namespace: "trident", name: "r", uid: "u", phase: "stopped" }),
  ],
  [
    "foreignObject",
    (environment) => environment.withLegacy().objects.set(`${secrets}/etcd-client-tls`, { metadata: {} }),
  ],
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
    "sourceUnreachable",
    (environment) => {
      environment.withLegacy();
      if (environment.source !== undefined)
        environment.source.status = () => Promise.reject(new Error("no answer in 10 s"));
    },
  ],
  ["emptySource", (environment) => environment.withLegacy({})],
  ["etcdv2State", (environment) => (environment.withLegacy({}).etcdv2Nodes = 12)],
  ["openTransactions", (environment) => environment.withLegacy({ ...smallState, "/trident/v1/txn/pvc-7": "{}" })],
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
  [
    "foreignKeys",
    (environment) => environment.withLegacy().withEtcdCluster({ "/trident/v1/volume/of-somebody-else": "secret" }),
  ],
  ["noRoom", (environment) => (environment.withLegacy().source = new HugeStore())],
  [
    "sameCluster",
    (environment) => (environment.withLegacy().destination = new MemoryStore("the etcd cluster trident-etcd", "1")),
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
  ["imageOlderThanData", (environment) => environment.withLegacy(), { tridentImage: "netapp/trident:18.10.0" }],
  ["unsupportedTrident", (environment) => environment.withLegacy(), { tridentImage: "netapp/trident:20.01.0" }],
  [
    "unsupportedKubernetes",
    (environment) => environment.withLegacy().objects.set("/version", { gitVersion: "v1.15.12" }),
  ],
  [
    "recordInvalid",
    (environment) => {
      environment.withLegacy().withEtcdCluster();
      environment.record = { namespace: "trident", name: "trident-etcd-migration", uid: "u", firstPass: "nonsense" };
    },
  ],
  ["nothingToRollBack", (environment) => environment.withLegacy(), { rollback: true }],
  [
    "noManifest",
    (environment) => {
      environment.withEtcdCluster(smallState).objects.set(deploymentPath, { metadata: ours });
      environment.record = { ...emptyRecord, phase: "copied", result: "{}" };
    },
    { rollback: true },
  ],
  [
    "newEtcd",
    (environment) =>
      (migratedStack(environment).destination = new MemoryStore("the etcd cluster trident-etcd", "7", smallState)),
    { rollback: true },
  ],
  [
    "rollbackUnfinished",
    (environment) => {
      const { record } = migratedStack(environment);
      environment.withLegacy();
      if (record !== undefined) environment.record = { ...record, rollbackPhase: "restoring" };
    },
  ],
  ["anotherMigration", (environment) => environment.withLegacy().objects.set(leasePath, renewedAtEachLook())],
  [
    "anotherAuthority",
    (environment) => {
      withCertificates(environment.withLegacy().withEtcdCluster());
    },
    { broughtCertificates: broughtIn("certificates") },
  ],
];

const endpoint = "https://etcd.example.com:2379";

/** An etcd that is not the stack's own. */
function existingEtcd(...endpoints: readonly string[]): Pick<PlanRequest, "destination" | "existing"> {
  const pem = Buffer.from(certificate);
  return {
    destination: {
      namespace: "trident",
      endpoints: endpoints.length === 0 ? [endpoint] : endpoints,
      clientSecret: "etcd-client-tls",
      reach: "auto",
      gatewayImage: "quay.io/coreos/etcd:v3.4.22",
    },
    existing: {
      identity: { tls: { certificateAuthority: pem, certificate: pem, privateKey: Buffer.from("not looked at") } },
      adoptState: false,
      mayMakePods: false,
      timeoutSeconds: 300,
    },
  };
}

const installOnExisting = { migrate: false, ...existingEtcd() };

/** One of what keeps an existing etcd from being used. */
function withProblem(problem: BlockerError): Arrange {
  return (environment) => (environment.withExistingEtcd().problems = [problem]);
}

const user = { described: "the user of the client certificate (its common name, trident)", user: "trident" };

/** As checkExistingEtcd finds them, where it is tested against a real one. */
const existingEtcdProblems: readonly (readonly [kind: BlockerKind, arrange: Arrange, change: Partial<PlanRequest>])[] =
  [
    [
      "existingEtcdUnreachable",
      withProblem(
        new ExistingEtcdUnreachableError([endpoint], "from this machine", "connect ECONNREFUSED 192.0.2.7:2379"),
      ),
      installOnExisting,
    ],
    [
      "existingEtcdTls",
      withProblem(
        new ExistingEtcdTlsError([endpoint], "serverName", "its certificate is not for the name etcd.example.com"),
      ),
      installOnExisting,
    ],
    ["existingEtcdVersion", withProblem(new ExistingEtcdVersionError([endpoint], "4.0.1")), installOnExisting],
    [
      "existingEtcdClusters",
      withProblem(
        new ExistingEtcdClustersError([
          { endpoint: "https://a.example.com:2379", clusterId: "17" },
          { endpoint: "https://b.example.com:2379", clusterId: "18" },
        ]),
      ),
      installOnExisting,
    ],
    ["existingEtcdAlarm", withProblem(new ExistingEtcdAlarmError([endpoint], ["alarm:NOSPACE"])), installOnExisting],
    [
      "existingEtcdAccess",
      withProblem(new ExistingEtcdAccessError([endpoint], user, "/trident/", "access refused: permission denied")),
      installOnExisting,
    ],
    ["kubernetesEtcd", withProblem(new KubernetesEtcdError([endpoint], "/registry/")), installOnExisting],
    [
      "prefixNotEmpty",
      withProblem(
        new PrefixNotEmptyError(
          [endpoint],
          "/trident/",
          { count: 5, first: ["/trident/store", "/trident/v1/backend/nas", "/trident/v1/storageclass/gold"] },
          deletionCommand([endpoint], "/trident/"),
        ),
      ),
      installOnExisting,
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
  ];

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

/** What keeps a run from being begun, each alone. */
export const blockedPlans = [...otherBlockedPlans, ...existingEtcdProblems];

export async function planOf(arrange: Arrange, change: Partial<PlanRequest> = {}): Promise<MigrationPlan> {
  const environment = new FakePlanEnvironment().withDns();
  arrange(environment);
  return planFrom(environment, planRequest(change));
}

/** One key whose value seems to be larger than an etcd may be; nothing of that size is made. */
class HugeStore extends MemoryStore {
  constructor() {
    super("the embedded etcd", "1", { "/trident/v1/volume/a": "{}" });
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
