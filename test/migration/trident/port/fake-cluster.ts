import { keyPrefix } from "../../../../migration/copy/store/key-range.ts";
import type { MigrationRecord, RecordChange } from "../../../../migration/record/migration-record.ts";
import type { DeploymentFinding, LegacyTrident } from "../../../../migration/trident/legacy/legacy-trident.ts";
import {
  LegacyTridentChangedError,
  type StoppedTrident,
} from "../../../../migration/trident/legacy/stop-legacy-trident.ts";
import { uninstalledTrident } from "../../../../migration/trident/legacy/uninstalled-trident.ts";
import type { NewTridentState } from "../../../../migration/trident/new/new-trident.ts";
import type { ClusterPort } from "../../../../migration/trident/port/cluster-port.ts";
import type { NamesAnswer } from "../../../../migration/trident/rest/ask-for-lists.ts";
import type { ListLengths } from "../../../../migration/trident/rest/expected-lists.ts";
import { MemoryStore } from "../../copy/memory-store.ts";
import { namesIn } from "../state/names-in-store.ts";
import { legacyDeployment, legacyTrident } from "../legacy/legacy-deployment.ts";
import { FailingSteps } from "./failing-steps.ts";

const uninstalledLegacy = uninstalledTrident(
  { namespace: "trident", legacyDeployment: "trident", legacyEtcdContainer: "etcd" },
  { metadata: { name: "trident", uid: "uid-claim" } },
);

type Entries = Readonly<Record<string, string>>;

/** A few keys of Trident's. */
export const someEntries: Entries = {
  "/trident/store": "{}",
  "/trident/v1/volume/a": "A",
  "/trident/v1/volume/b": "B",
};

/** A cluster in memory: a legacy Trident with its state, and an empty new etcd. Raises what would be two Tridents at once. */
export class FakeCluster extends FailingSteps implements ClusterPort {
  readonly namespace = "trident";
  readonly legacyDeployment = "trident";
  readonly legacyEtcdContainer = "etcd";
  readonly recordName = "trident-etcd-migration";
  readonly range = keyPrefix("/trident/");
  discardedKeys: number | undefined;

  recorded: MigrationRecord = { namespace: "trident", name: this.recordName, uid: "uid-record" };
  /** What stands under the Deployment's name. */
  trident: DeploymentFinding = { kind: "legacy", legacy: legacyTrident() };
  liveEtcd = true;
  sourcePod = false;
  /** Since when the claim's state is said to be stale. */
  staleSince: string | undefined;
  /** What the legacy Trident answers; all that its etcd has, where it is not set. */
  answer: NamesAnswer | undefined;
  /** What a legacy Trident that was made anew was to list. */
  expected: ListLengths | undefined;

  /** Deployment trident-external-etcd, before its pods are handed over. */
  newTrident = false;
  /** Whether it is scaled to 0. */
  newTridentStopped = false;
  /** Whether its pod has been ready once; if not, it is undone by the next run. */
  newTridentHasServed = true;
  /** The verified revision it was started with. */
  newTridentSince: bigint | undefined;
  servesSince: Date | undefined = new Date("2030-01-02T03:04:10.000Z");
  /** Whether pods of a new Trident run that are the stack's own Deployment's, or wait for it. */
  handedOver = false;

  /** Where a snapshot goes; none is saved without it. */
  snapshotPath: string | undefined;
  /** The legacy etcd. */
  readonly source: MemoryStore;
  readonly destination: MemoryStore;

  constructor(source: Entries = someEntries, destination: Entries = {}) {
    super();
    this.source = new MemoryStore("the embedded etcd", "1", source);
    this.destination = new MemoryStore("the etcd cluster trident-etcd", "2", destination);
  }

  /** Its Deployment is gone before the migration begins. */
  uninstall(): this {
    this.liveEtcd = false;
    this.trident = { kind: "uninstalled", legacy: uninstalledLegacy, claims: ["trident"] };
    return this;
  }

  /** Of the legacy Trident. */
  replicas(): number {
    return this.trident.kind === "legacy" ? this.trident.legacy.replicas : 0;
  }

  newRuns(): boolean {
    return this.handedOver || (this.newTrident && !this.newTridentStopped);
  }

  findRecord(): Promise<MigrationRecord | undefined> {
    return this.take("findRecord", () => this.recorded);
  }

  readRecord(): Promise<MigrationRecord> {
    return this.take("readRecord", () => this.recorded);
  }

  changeRecord(change: RecordChange): Promise<void> {
    return this.take("changeRecord", () => {
      this.applyToRecord(change);
    });
  }

  findTrident(): Promise<DeploymentFinding> {
    return this.take("findTrident", () => this.trident);
  }

  readDeployment(): Promise<unknown> {
    return this.take("readDeployment", () => legacyDeployment());
  }

  checkClaim(): Promise<void> {
    return this.take("checkClaim", () => undefined);
  }

  checkLegacyImage(): Promise<void> {
    return this.take("checkLegacyImage", () => undefined);
  }

  pullLegacyImages(): Promise<void> {
    return this.take("pullLegacyImages", () => undefined);
  }

  pullNewImage(): Promise<void> {
    return this.take("pullNewImage", () => undefined);
  }

  askLegacy(): Promise<NamesAnswer> {
    return this.take("askLegacy", () => this.answer ?? { kind: "names", names: namesIn(this.source) });
  }

  stopLegacy(legacy: LegacyTrident): Promise<StoppedTrident> {
    return this.take("stopLegacy", () => {
      if (legacy.isUninstalled === true) {
        const stoppedAt = this.recorded.stoppedAt ?? "2030-01-02T03:04:05.678Z";
        this.applyToRecord({ legacyClaim: legacy.claim, stoppedAt });
        return { legacy, generation: 0, stoppedAt };
      }
      if (!legacy.stoppedByMigration) {
        const legacyReplicas = String(legacy.replicas);
        const manifest = JSON.stringify(legacyDeployment());
        const stoppedAt = "2030-01-02T03:04:05.678Z";
        this.applyToRecord({ phase: "stopped", legacyDeployment: manifest, legacyReplicas, stoppedAt });
      }
      const { generation } = legacy.stoppedByMigration ? legacy : { generation: 4 };
      this.trident = { kind: "legacy", legacy: { ...legacy, generation, replicas: 0, stoppedByMigration: true } };
      return { legacy, generation, stoppedAt: this.recorded.stoppedAt ?? "" };
    });
  }

  checkStillStopped(stopped: StoppedTrident): Promise<void> {
    return this.take("checkStillStopped", () => {
      if (this.replicas() !== 0) throw new LegacyTridentChangedError(stopped.legacy, "it is scaled to 1");
    });
  }

  deleteLegacy(): Promise<void> {
    return this.take("deleteLegacy", () => {
      if (this.trident.kind === "uninstalled") return;
      this.trident = { kind: "absent" };
    });
  }

  restoreLegacy(legacy: LegacyTrident): Promise<number> {
    return this.take("restoreLegacy", () => {
      // On a cluster, it is withdrawn here too; what it wrote stays.
      this.newTrident = false;
      if (legacy.isUninstalled === true) {
        this.applyToRecord({ legacyClaim: null, stoppedAt: null });
        return 0;
      }
      this.refuseSecond("legacy");
      const replicas = this.recorded.legacyReplicas ?? legacy.replicas;
      this.trident = { kind: "legacy", legacy: { ...legacy, replicas, stoppedByMigration: false } };
      this.applyToRecord({
        ...{ phase: null, legacyReplicas: null, stoppedAt: null, result: null },
        ...{ served: null, rollbackPhase: null, discardedKeys: null },
      });
      return replicas;
    });
  }

  recreateLegacy(): Promise<string> {
    return this.take("recreateLegacy", () => {
      if (this.trident.kind !== "absent") throw new Error("a Deployment of that name stands");
      this.refuseSecond("legacy");
      const replicas = this.recorded.legacyReplicas ?? 1;
      this.trident = { kind: "legacy", legacy: legacyTrident({ uid: "uid-anew", replicas }) };
      return "uid-anew";
    });
  }

  waitUntilLegacyServes(_legacy: unknown, expected: ListLengths): Promise<void> {
    return this.take("waitUntilLegacyServes", () => {
      this.expected = expected;
    });
  }

  removeRecreatedLegacy(_legacy: unknown, uid: string): Promise<void> {
    return this.take("removeRecreatedLegacy", () => {
      if (this.trident.kind === "legacy" && this.trident.legacy.uid === uid) this.trident = { kind: "absent" };
    });
  }

  markClaimStale(_claim: string, since: string): Promise<void> {
    return this.take("markClaimStale", () => {
      if (this.replicas() > 0) throw new Error("the legacy Trident has the claim's state in use");
      this.staleSince = since;
    });
  }

  unmarkClaim(): Promise<void> {
    return this.take("unmarkClaim", () => {
      if (this.newRuns()) throw new Error("the new Trident has the newer state");
      this.staleSince = undefined;
    });
  }

  startNewTrident({ revision }: { readonly revision: bigint }): Promise<Date | undefined> {
    return this.take("startNewTrident", () => {
      this.refuseSecond("new");
      this.newTrident = true;
      this.newTridentStopped = false;
      this.newTridentSince = revision;
      return this.servesSince;
    });
  }

  startNewTridentAgain(): Promise<void> {
    return this.take("startNewTridentAgain", () => {
      if (this.newRuns()) throw new Error("two Tridents at once: the new one runs already");
      this.refuseSecond("new");
      this.handedOver = true;
    });
  }

  findNewTrident(): Promise<NewTridentState | undefined> {
    return this.take("findNewTrident", () => {
      if (!this.newTrident) return undefined;
      const { newTridentStopped, newTridentHasServed, newTridentSince: verifiedRevision } = this;
      const hasServed = newTridentHasServed && !newTridentStopped;
      return { replicas: newTridentStopped ? 0 : 1, verifiedRevision, hasServed };
    });
  }

  readNewTrident(): Promise<string | undefined> {
    return this.take("readNewTrident", () => (this.trident.kind === "ours" ? '{"as":"it runs"}' : undefined));
  }

  pauseNewTrident(): Promise<void> {
    return this.take("pauseNewTrident", () => {
      this.newTridentStopped = true;
    });
  }

  resumeNewTrident(): Promise<boolean> {
    return this.take("resumeNewTrident", () => {
      if (this.newTrident) this.refuseSecond("new");
      this.newTridentStopped = false;
      return this.newTrident;
    });
  }

  withdrawNewTrident(): Promise<void> {
    return this.take("withdrawNewTrident", () => {
      this.newTrident = false;
    });
  }

  handOverNewTrident(): Promise<void> {
    return this.take("handOverNewTrident", () => {
      this.handedOver ||= this.newRuns();
      this.newTrident = false;
    });
  }

  removeHandedOver(): Promise<void> {
    return this.take("removeHandedOver", () => {
      if (this.trident.kind !== "ours") this.handedOver = false;
    });
  }

  stopNewTrident(): Promise<void> {
    return this.take("stopNewTrident", () => {
      this.newTrident = false;
      this.handedOver = false;
    });
  }

  openDestination(): Promise<MemoryStore> {
    return this.take("openDestination", () => this.destination);
  }

  openLiveSource(): Promise<MemoryStore | undefined> {
    return this.take("openLiveSource", () => (this.liveEtcd && this.replicas() > 0 ? this.source : undefined));
  }

  openStoppedSource(): Promise<MemoryStore> {
    return this.take("openStoppedSource", () => {
      const { trident } = this;
      const isOpen = trident.kind === "legacy" && trident.legacy.replicas > 0 && !trident.legacy.stoppedByMigration;
      if (isOpen) throw new Error("the legacy Trident has its etcd open");
      this.sourcePod = true;
      return this.source;
    });
  }

  removeSourcePod(): Promise<void> {
    return this.take("removeSourcePod", () => {
      this.sourcePod = false;
    });
  }

  prepareSnapshot(): Promise<void> {
    return this.take("prepareSnapshot", () => undefined);
  }

  saveSourceSnapshot(): Promise<string | undefined> {
    return this.take("saveSourceSnapshot", () => this.snapshotPath);
  }

  saveDestinationSnapshot(): Promise<string | undefined> {
    return this.take("saveDestinationSnapshot", () => this.snapshotPath);
  }

  /** Never two at once, nor one on a claim that the copy has open. */
  private refuseSecond(which: "legacy" | "new"): void {
    const other = which === "legacy" ? this.newRuns() : this.replicas() > 0;
    if (other) throw new Error(`two Tridents at once: the ${which} one is a second`);
    if (which === "legacy" && this.sourcePod) throw new Error("the claim is in use by the pod of the copy");
  }

  private applyToRecord(change: RecordChange): void {
    const { namespace, name, uid, ...before } = this.recorded;
    const data = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
    const replicas = change.legacyReplicas === undefined ? before.legacyReplicas : change.legacyReplicas;
    this.recorded = {
      ...{ namespace, name, uid },
      ...Object.fromEntries(data.filter(([key]) => key !== "legacyReplicas")),
      ...(replicas === null || replicas === undefined ? {} : { legacyReplicas: Number(replicas) }),
    };
  }
}

/** From now on the legacy etcd tells another value of one key, at no new revision: no revision gives it away. */
export function tellAnotherValue({ source }: FakeCluster): void {
  source.range = async (request) => {
    const page = await MemoryStore.prototype.range.call(source, request);
    const entries = page.entries.map((each) =>
      each.value.toString() === "A" ? { ...each, value: Buffer.from("X") } : each,
    );
    return { ...page, entries };
  };
}
