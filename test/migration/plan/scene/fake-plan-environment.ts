import { ClusterRequestError } from "../../../../migration/kubernetes/errors.ts";
import type { AskedMember } from "../../../../migration/members/asked-member.ts";
import type { MemberView } from "../../../../migration/etcd/ask-member.ts";
import type { MigrationRecord } from "../../../../migration/record/migration-record.ts";
import type { Access, ClusterReader, ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { SnapshotFileError } from "../../../../migration/snapshot/file/snapshot-file-error.ts";
import type { PlanEnvironment, ReadableSnapshot } from "../../../../migration/plan/read/plan-environment.ts";
import { BlockedError } from "../../../../migration/blockers/blocker.ts";
import type { Blocker } from "../../../../migration/blockers/blocker.ts";
import { namespaceMissing } from "../../../../migration/blockers/legacy-blockers.ts";
import type { OpenStore } from "../../../../migration/connect/open-store.ts";
import type { NamesAnswer } from "../../../../migration/trident/rest/ask-for-lists.ts";
import { legacyDeployment } from "../../trident/legacy/legacy-deployment.ts";
import { MemoryStore } from "../../copy/memory-store.ts";
import { namesIn } from "../../trident/state/names-in-store.ts";
import { claimsPath, deploymentPath, etcdClusterPath, ours } from "./places.ts";

const noNames = { backends: [], volumes: [], storageClasses: [] };

/** A cluster in memory that can only be looked at: objects and lists by their paths, and two etcds. */
export class FakePlanEnvironment implements PlanEnvironment {
  readonly cluster = '"production" (https://k8s.example)';
  readonly objects = new Map<string, ServedObject>([
    ["/version", { gitVersion: "v1.34.1" }],
    ["/api/v1/namespaces/kube-system", { metadata: { name: "kube-system", uid: "uid-of-the-cluster" } }],
  ]);
  readonly lists = new Map<string, readonly ServedObject[]>();
  /** Paths that may not be read. */
  readonly forbidden = new Set<string>();
  /** What the user may not do, as `verb group/resource`. */
  readonly denied = new Set<string>();
  hasNamespace = true;
  record: MigrationRecord | undefined;
  source: OpenStore | undefined;
  destination: OpenStore | undefined;
  etcdv2Nodes = 0;
  /** Of the stack's own etcd; undefined when their pods may not be listed. */
  members: readonly AskedMember[] | undefined = [];
  tridentTrouble: string | undefined;
  /** Of an existing etcd. */
  problems: readonly Blocker[] = [];
  unreached: Error | undefined;
  reached: "directly" | "through a pod" | undefined;
  /** What the server says to an object that it is shown; it takes all. */
  dryRun: (collection: string, object: ServedObject) => ServedObject | ClusterRequestError = (_, object) => object;
  /** What was asked for, in order. */
  readonly asked: string[] = [];

  readonly reader: ClusterReader = {
    read: (path) => {
      this.asked.push(path);
      return Promise.resolve(this.forbidden.has(path) ? undefined : this.objects.get(path));
    },
    list: (path) => {
      this.asked.push(path);
      return Promise.resolve(this.forbidden.has(path) ? undefined : (this.lists.get(path) ?? []));
    },
    allows: ({ verb, group, resource }: Access) => Promise.resolve(!this.denied.has(`${verb} ${group}/${resource}`)),
    dryRun: (collection, object) =>
      new Promise((resolve) => {
        resolve(this.dryRun(collection, object as ServedObject));
      }),
    refusalOf: (path) =>
      this.asked.includes(path) && this.forbidden.has(path)
        ? new ClusterRequestError({ method: "GET", path }, 403, "forbidden")
        : undefined,
  };

  checkNamespace(): Promise<void> {
    return this.hasNamespace
      ? Promise.resolve()
      : Promise.reject(new BlockedError(namespaceMissing("trident", this.cluster)));
  }

  moveRecord: MigrationRecord | undefined;

  findMoveRecord(): Promise<MigrationRecord | undefined> {
    return Promise.resolve(this.moveRecord);
  }

  restoreRecord: MigrationRecord | undefined;

  findRestoreRecord(): Promise<MigrationRecord | undefined> {
    return Promise.resolve(this.restoreRecord);
  }

  /** By its path; any other is not there. */
  readonly snapshots = new Map<string, ReadableSnapshot>();

  openSnapshot(path: string): Promise<ReadableSnapshot> {
    const found = this.snapshots.get(path);
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(new SnapshotFileError(path, "unreadable", "can't be read: there is no such file"));
  }

  listSnapshots(): Promise<readonly string[]> {
    return Promise.resolve([...this.snapshots.keys()]);
  }

  findRecord(): Promise<MigrationRecord | undefined> {
    return Promise.resolve(this.record);
  }

  openSource(): Promise<OpenStore | undefined> {
    return Promise.resolve(this.source);
  }

  /** What the old Trident answers; all that its etcd has, where it is not set. */
  answer: NamesAnswer | undefined;

  askLegacyTrident(): Promise<NamesAnswer> {
    const names = this.source instanceof MemoryStore ? namesIn(this.source) : noNames;
    return Promise.resolve(this.answer ?? { kind: "names", names });
  }

  openDestination(): Promise<OpenStore> {
    if (this.unreached !== undefined) return Promise.reject(this.unreached);
    return this.destination === undefined
      ? Promise.reject(new Error("the Secret does not exist"))
      : Promise.resolve(this.destination);
  }

  examineDestination(): ReturnType<PlanEnvironment["examineDestination"]> {
    return Promise.resolve({
      problems: this.problems,
      ...(this.reached === undefined ? {} : { reached: this.reached }),
    });
  }

  countEtcdv2Nodes(): Promise<number> {
    return Promise.resolve(this.etcdv2Nodes);
  }

  askMembers(): Promise<readonly AskedMember[]> {
    if (this.members !== undefined) return Promise.resolve(this.members);
    const request = { method: "GET", path: "/api/v1/namespaces/trident/pods" };
    return Promise.reject(new ClusterRequestError(request, 403, "forbidden"));
  }

  findTridentTrouble(): Promise<string | undefined> {
    return Promise.resolve(this.tridentTrouble);
  }

  /** A cluster with a DNS and nothing else. */
  withDns(): this {
    this.lists.set("/api/v1/namespaces/kube-system/services", [
      { metadata: { name: "kube-dns" }, spec: { ports: [{ port: 53 }] } },
    ]);
    this.objects.set("/api/v1/namespaces/kube-system/endpoints/kube-dns", {
      subsets: [{ addresses: [{ ip: "10.0.0.10" }] }],
    });
    return this;
  }

  /** A legacy Trident that serves, with its claim, its volume and its state. */
  withLegacy(entries: Readonly<Record<string, string>> = smallState): this {
    this.objects.set(deploymentPath, legacyDeployment() as unknown as ServedObject);
    this.objects.set(`${claimsPath}/trident`, {
      metadata: { name: "trident" },
      spec: { volumeName: "pvc-1", storageClassName: "gold" },
      status: { phase: "Bound", capacity: { storage: "2Gi" } },
    });
    this.objects.set("/api/v1/persistentvolumes/pvc-1", { spec: { persistentVolumeReclaimPolicy: "Retain" } });
    this.source = new EtcdStandIn("the embedded etcd of Deployment trident", "1", "3.3.12", entries);
    return this;
  }

  /** The claim of a Trident that was uninstalled. */
  withClaimAlone(): this {
    this.withLegacy();
    this.objects.delete(deploymentPath);
    this.lists.set(claimsPath, [this.objects.get(`${claimsPath}/trident`) ?? {}]);
    this.source = undefined;
    return this;
  }

  /** An etcd that nobody has to make. */
  withExistingEtcd(entries: Readonly<Record<string, string>> = {}): this {
    this.destination = new EtcdStandIn("the etcd at https://etcd.example.com:2379", "9", "3.5.9", entries);
    this.reached = "directly";
    return this;
  }

  /** An EtcdCluster of this program with three members. */
  withEtcdCluster(entries: Readonly<Record<string, string>> = {}): this {
    this.objects.set(etcdClusterPath, {
      metadata: { name: "trident-etcd", ...ours },
      spec: { version: "3.4.22" },
      status: { members: { ready: ["a", "b", "c"] }, currentVersion: "3.4.22" },
    });
    this.destination = new EtcdStandIn("the etcd cluster trident-etcd in namespace trident", "2", "3.4.22", entries);
    this.members = threeMembers();
    return this;
  }
}

/** All of them answer, with the cluster id and the version of `withEtcdCluster`. */
export function threeMembers(view: Partial<MemberView> = {}): AskedMember[] {
  const names = ["trident-etcd-a", "trident-etcd-b", "trident-etcd-c"];
  const members = names.map((name, index) => ({ id: String(index + 1), name }));
  const figures = { leaderId: "1", revision: 7n, database: { bytes: 20_480, bytesInUse: 16_384 }, appliedIndex: 9n };
  const answer = {
    clusterId: "2",
    version: "3.4.22",
    hasLeader: true,
    errors: [],
    alarms: [],
    members,
    ...figures,
    ...view,
  };
  return names.map((pod, index) => ({ kind: "answers", pod, view: { id: String(index + 1), ...answer } }));
}

/** As they are once the etcd-operator has deleted the pod of the member that it made first. */
export function threeMembersAndOneLeftBehind(): AskedMember[] {
  const names = ["trident-etcd-a", "trident-etcd-b", "trident-etcd-c", "trident-etcd-d"];
  return threeMembers({ members: names.map((name, index) => ({ id: String(index + 1), name })) });
}

/** As MemoryStore, with a version of its own. */
class EtcdStandIn extends MemoryStore {
  readonly #version: string;

  constructor(description: string, clusterId: string, version: string, entries: Readonly<Record<string, string>>) {
    super(description, clusterId, entries);
    this.#version = version;
  }

  override async status(): ReturnType<MemoryStore["status"]> {
    return { ...(await super.status()), version: this.#version };
  }
}

export const smallState = {
  "/trident/store": '{"store_version":"etcdv3","orchestrator_api_version":"1"}',
  "/trident/v1/backend/nas": '{"password":"a-backend-password"}',
  "/trident/v1/storageclass/gold": "{}",
  "/trident/v1/volume/a": '{"Config":{"storageClass":"gold"},"backend":"nas"}',
  "/trident/v1/volume/b": '{"Config":{"storageClass":""},"backend":"nas"}',
};
