import type { MigrationRecord, RecordChange } from "../../../migration/record/migration-record.ts";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import type { EtcdClusterManifest, EtcdFinding, RestorePort } from "../../../migration/restore/restore-port.ts";
import type { AskedRestore } from "../../../migration/restore/restore-run.ts";
import { restoreEtcd } from "../../../migration/restore/restore-etcd.ts";
import type { SnapshotStore } from "../../../migration/snapshot/file/snapshot-store.ts";
import { MemoryStore } from "../copy/memory-store.ts";
import { leaseInMemory } from "../lease/lease-in-memory.ts";

const prefix = keyPrefix("/trident/");

export const state = { "/trident/store": "{}", "/trident/v1/backend/nas": "{}", "/trident/v1/volume/a": '{"a":1}' };

/** Of the EtcdCluster that is lost. */
const manifest: EtcdClusterManifest = {
  ...{ apiVersion: "etcd.database.coreos.com/v1beta2", kind: "EtcdCluster", spec: { size: 3 } },
  metadata: { name: "trident-etcd", namespace: "trident", uid: "uid-1" },
};

const file = "/snapshots/trident-etcd-trident-2026-01-02T030405.678Z.db";

/** As what a member sends is kept. */
export const ofMember = "/snapshots/trident-etcd-trident-2026-01-02T030505.678Z.db";

/** A snapshot's file of that content. */
export function snapshotOf(entries: Readonly<Record<string, string>>, path = file): SnapshotStore {
  const store = new MemoryStore(`the snapshot ${path}`, "snapshot-0123", entries);
  return Object.assign(store, {
    path,
    sha256: "0123",
    isChecked: true,
    etcdVersion: "3.4",
    keys: Object.keys(entries).length,
  });
}

/** A cluster, a stack's record and this machine in memory. */
export class RestoreScene {
  /** What was done, in order. */
  readonly done: string[] = [];
  stack: Record<string, string> = {};
  restore: Record<string, string> = {};
  /** The etcd that stands; undefined where there is no EtcdCluster. */
  etcd: MemoryStore | undefined = new MemoryStore("the new etcd", "20");
  uid = "uid-1";
  isLost = false;
  /** Whether clients are kept from the etcd. */
  isHeldOff = false;
  replicas: number | undefined;
  snapshot = snapshotOf(state);
  /** What a surviving member has. */
  survivor: Readonly<Record<string, string>> | undefined;
  /** Dies before it does what has that name, or after it for a name with an `!`. */
  killedAt: string | undefined;

  run(asked: Partial<AskedRestore> = {}) {
    const from = asked.from ?? file;
    return restoreEtcd(this.port(from), { from, abandonedEtcd: "", prefix, trident: true, ...asked }, () => undefined);
  }

  /** One whose quorum is lost, with what the record knows of it. */
  lose(): this {
    this.etcd = new MemoryStore("the lost etcd", "10", state);
    this.isLost = true;
    this.replicas = 1;
    const known = { etcdRevision: "9", etcdRevisionAt: "2026-01-02T03:05:05.678Z" };
    this.stack = { etcdClusterId: "10", etcdHeldKeys: "true", ...known };
    return this;
  }

  port(from: string): RestorePort {
    const step = <T>(name: string, action: () => T): Promise<T> => {
      if (this.killedAt === name) return Promise.reject(new Killed());
      const result = action();
      this.done.push(name);
      return this.killedAt === `${name}!` ? Promise.reject(new Killed()) : Promise.resolve(result);
    };
    return {
      acquireLease: () => leaseInMemory(),
      readRecords: () =>
        Promise.resolve({ stack: recordOf(this.stack), restore: { ...recordOf(this.restore), part: "restore" } }),
      changeRecord: (change) =>
        step(
          `record ${Object.keys(change)
            .filter((name) => change[name as keyof RecordChange] !== null)
            .join(" ")}`.trim(),
          () => {
            this.change(change);
          },
        ),
      openSnapshot: () => step("open", () => this.snapshot),
      fetchSource: (_clusterId, before) =>
        before !== undefined || from !== "member"
          ? Promise.resolve(before ?? from)
          : step("save member", () => this.survive()),
      lookAtEtcd: () => Promise.resolve(this.look()),
      keepWhatSurvived: () =>
        this.survivor === undefined ? Promise.resolve(undefined) : step("keep survivor", () => "/snapshots/kept.db"),
      holdOffClients: (isHeldOff) =>
        step(isHeldOff ? "hold off" : "let in", () => {
          this.isHeldOff = isHeldOff;
        }),
      deleteEtcdCluster: (lost) =>
        step("delete", () => {
          if (this.etcd !== undefined && this.uid === lost.metadata.uid) this.etcd = undefined;
        }),
      createEtcdCluster: () =>
        step("create", () => {
          if (this.etcd !== undefined) return;
          [this.etcd, this.uid, this.isLost] = [new MemoryStore("the new etcd", "20"), "uid-2", false];
        }),
      waitForEtcd: () =>
        this.isLost ? Promise.reject(new Error("no quorum")) : step("wait", () => this.etcd?.clusterId ?? ""),
      openDestination: () =>
        this.etcd === undefined || this.isLost
          ? Promise.reject(new Error("nobody serves"))
          : Promise.resolve(this.etcd),
      findTrident: () => Promise.resolve(this.replicas === undefined ? undefined : { replicas: this.replicas }),
      stopTrident: () => step("stop", () => (this.replicas = 0)).then(() => undefined),
      scaleTrident: (replicas) => step("start", () => (this.replicas = replicas)).then(() => undefined),
    };
  }

  private look(): EtcdFinding {
    if (this.etcd === undefined) return { kind: "absent" };
    if (!this.isLost) return { kind: "stands" };
    return {
      kind: "lost",
      members: [],
      seen: "it has no pod",
      manifest: { ...manifest, metadata: { ...manifest.metadata, uid: this.uid } },
    };
  }

  private survive(): string {
    if (this.survivor === undefined) throw new Error("none of its pods runs");
    this.snapshot = snapshotOf(this.survivor, ofMember);
    return this.snapshot.path;
  }

  private change(change: RecordChange): void {
    for (const [name, value] of Object.entries(change) as [string, string | null][]) {
      const part = ofStack.has(name) ? this.stack : this.restore;
      if (value === null) Reflect.deleteProperty(part, name);
      else part[name] = value;
    }
  }
}

const ofStack = new Set([
  "etcdClusterId",
  "etcdHeldKeys",
  "movedFromEtcd",
  "migratedStateIn",
  "etcdRevision",
  "etcdRevisionAt",
]);

/** As a process that is killed leaves everything. */
export class Killed extends Error {
  override readonly name = "Killed";
}

export function recordOf(data: Readonly<Record<string, string>>): MigrationRecord {
  const { legacyReplicas, ...others } = data;
  return {
    ...{ namespace: "trident", name: "a-record", uid: "uid-record" },
    ...(others as Partial<MigrationRecord>),
    ...(legacyReplicas === undefined ? {} : { legacyReplicas: Number(legacyReplicas) }),
  };
}
