import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { LeaseLostError } from "../../../migration/lease/errors.ts";
import type { MigrationLease } from "../../../migration/lease/held-lease.ts";
import type { DeploymentFinding, LegacyTrident } from "../../../migration/trident/legacy/legacy-trident.ts";
import type { MigrationRecord, RecordChange } from "../../../migration/record/migration-record.ts";
import {
  LegacyTridentChangedError,
  type StoppedTrident,
} from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { uninstalledTrident } from "../../../migration/trident/legacy/uninstalled-trident.ts";
import type { MigrationEnvironment } from "../../../migration/migrate/migration-environment.ts";
import type { StandingNewTrident } from "../../../migration/trident/new/new-trident.ts";
import type { NamesAnswer } from "../../../migration/trident/rest/ask-for-lists.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { MemoryStore } from "../copy/memory-store.ts";
import { namesIn } from "../copy/names-in-store.ts";

const uninstalledLegacy = uninstalledTrident(
  { namespace: "trident", legacyDeployment: "trident", legacyEtcdContainer: "etcd" },
  { metadata: { name: "trident", uid: "uid-claim" } },
);

type Step = Exclude<
  keyof MigrationEnvironment,
  "namespace" | "legacyDeployment" | "record" | "range" | "discardedKeys"
>;

/**
 * A cluster in memory: a legacy Trident with its state, and an empty new etcd. `failAt` makes a step fail; `before` does
 * something just before a step, as somebody else would.
 */
export class FakeEnvironment implements MigrationEnvironment {
  readonly namespace = "trident";
  readonly legacyDeployment = "trident";
  readonly record = "trident-etcd-migration";
  readonly range = keyPrefix("/trident/");
  discardedKeys: number | undefined;

  trident: DeploymentFinding = { kind: "legacy", legacy: legacyTrident() };
  recorded: MigrationRecord = { namespace: "trident", name: this.record, uid: "uid-record" };
  liveEtcd = true;
  sourcePod = false;
  /** Deployment trident-external-etcd, before its pods are handed over. */
  newTrident = false;
  /** Whether it is scaled to 0. */
  newTridentStopped = false;
  /** Whether its pod has been ready once; if not, it is taken back by the next run. */
  newTridentHasServed = true;
  /** The verified revision it was started with. */
  newTridentSince: bigint | undefined;
  servesSince: Date | undefined = new Date("2030-01-02T03:04:10.000Z");
  /** What the old Trident answers; all that its etcd has, where it is not set. */
  answer: NamesAnswer | undefined;
  /** How many leases are held. */
  leases = 0;
  /** Where a snapshot goes; none is taken without it. */
  snapshotPath: string | undefined;
  private lost = new AbortController();
  readonly source: MemoryStore;
  readonly destination = new MemoryStore("the etcd cluster trident-etcd", "2");
  /** The steps taken, in order. */
  readonly steps: Step[] = [];
  private readonly failures = new Map<Step, Error>();
  private readonly actions = new Map<Step, () => void>();
  private deadly: { step: Step; when: "before" | "after"; die: () => void } | undefined;

  constructor(
    entries: Record<string, string> = {
      "/trident/store": "{}",
      "/trident/v1/volume/a": "A",
      "/trident/v1/volume/b": "B",
    },
  ) {
    this.source = new MemoryStore("the embedded etcd", "1", entries);
  }

  failAt(step: Step, error: Error): void {
    this.failures.set(step, error);
  }

  healAt(step: Step): void {
    this.failures.delete(step);
  }

  before(step: Step, action: () => void): void {
    this.actions.set(step, action);
  }

  /** Another run takes the Lease over. */
  loseLease(): void {
    this.lost.abort(new LeaseLostError("trident", "another-host-1-00000000 holds it now"));
  }

  /**
   * Answers once the run has come to the step, which never ends then: as if its process had been killed there, before the
   * step or after it.
   */
  killedAt(step: Step, when: "before" | "after"): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.deadly = {
      step,
      when,
      die: () => {
        resolve(undefined);
      },
    };
    return promise;
  }

  /** Its Deployment is gone before the migration begins. */
  uninstall(): this {
    this.liveEtcd = false;
    this.trident = { kind: "uninstalled", legacy: uninstalledLegacy, claims: ["trident"] };
    return this;
  }

  replicas(): number {
    return this.trident.kind === "legacy" ? this.trident.legacy.replicas : 0;
  }

  acquireLease(): Promise<MigrationLease> {
    return this.take("acquireLease", () => {
      this.leases += 1;
      this.lost = new AbortController();
      const { signal } = this.lost;
      return {
        signal,
        throwIfLost: () => {
          signal.throwIfAborted();
        },
        release: () => {
          this.leases -= 1;
          return Promise.resolve();
        },
      };
    });
  }

  prepareSnapshot(): Promise<void> {
    return this.take("prepareSnapshot", () => undefined);
  }

  takeSnapshot(): Promise<string | undefined> {
    return this.take("takeSnapshot", () => this.snapshotPath);
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

  checkLegacyImage(): Promise<void> {
    return this.take("checkLegacyImage", () => undefined);
  }

  checkClaim(): Promise<void> {
    return this.take("checkClaim", () => undefined);
  }

  openDestination(): Promise<MemoryStore> {
    return this.take("openDestination", () => this.destination);
  }

  openLiveSource(): Promise<MemoryStore | undefined> {
    return this.take("openLiveSource", () => (this.liveEtcd && this.replicas() > 0 ? this.source : undefined));
  }

  askOldTrident(): Promise<NamesAnswer> {
    return this.take("askOldTrident", () => this.answer ?? { kind: "names", names: namesIn(this.source) });
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
        this.applyToRecord({ phase: "stopped", legacyReplicas, stoppedAt: "2030-01-02T03:04:05.678Z" });
      }
      const { generation } = legacy.stoppedByMigration ? legacy : { generation: 4 };
      this.trident = { kind: "legacy", legacy: { ...legacy, generation, replicas: 0, stoppedByMigration: true } };
      return { legacy, generation, stoppedAt: this.recorded.stoppedAt ?? "" };
    });
  }

  openStoppedSource(): Promise<MemoryStore> {
    return this.take("openStoppedSource", () => {
      this.sourcePod = true;
      return this.source;
    });
  }

  removeSourcePod(): Promise<void> {
    return this.take("removeSourcePod", () => {
      this.sourcePod = false;
    });
  }

  checkStillStopped(stopped: StoppedTrident): Promise<void> {
    return this.take("checkStillStopped", () => {
      if (this.replicas() !== 0) throw new LegacyTridentChangedError(stopped.legacy, "it is scaled to 1");
    });
  }

  startNewTrident({ revision }: { readonly revision: bigint }): Promise<Date | undefined> {
    return this.take("startNewTrident", () => {
      if (this.replicas() !== 0) throw new Error("two Tridents at once");
      this.newTrident = true;
      this.newTridentStopped = false;
      this.newTridentSince = revision;
      return this.servesSince;
    });
  }

  findNewTrident(): Promise<StandingNewTrident | undefined> {
    return this.take("findNewTrident", () => {
      if (!this.newTrident) return undefined;
      const { newTridentStopped, newTridentHasServed, newTridentSince: verifiedRevision } = this;
      return {
        replicas: newTridentStopped ? 0 : 1,
        verifiedRevision,
        hasServed: newTridentHasServed && !newTridentStopped,
      };
    });
  }

  stopNewTrident(): Promise<void> {
    return this.take("stopNewTrident", () => {
      this.newTridentStopped = true;
    });
  }

  resumeNewTrident(): Promise<boolean> {
    return this.take("resumeNewTrident", () => {
      if (this.newTrident && this.replicas() !== 0) throw new Error("two Tridents at once");
      this.newTridentStopped = false;
      return this.newTrident;
    });
  }

  withdrawNewTrident(): Promise<void> {
    return this.take("withdrawNewTrident", () => {
      this.newTrident = false;
    });
  }

  /** Whether a new Trident runs. */
  newServes(): boolean {
    return this.newTrident && !this.newTridentStopped;
  }

  handOverNewTrident(): Promise<void> {
    return this.take("handOverNewTrident", () => {
      this.newTrident = false;
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
      if (this.sourcePod) throw new Error("the claim is in use by the pod of the copy");
      const replicas = this.recorded.legacyReplicas ?? legacy.replicas;
      this.trident = { kind: "legacy", legacy: { ...legacy, replicas, stoppedByMigration: false } };
      this.applyToRecord({
        ...{ phase: null, legacyReplicas: null, stoppedAt: null, result: null },
        ...{ served: null, rollbackPhase: null, discardedKeys: null },
      });
      return replicas;
    });
  }

  private async take<T>(step: Step, action: () => T | Promise<T>): Promise<T> {
    this.steps.push(step);
    await this.dieAt(step, "before");
    this.actions.get(step)?.();
    const failure = this.failures.get(step);
    if (failure !== undefined) throw failure;
    const result = await action();
    await this.dieAt(step, "after");
    return result;
  }

  private async dieAt(step: Step, when: "before" | "after"): Promise<void> {
    if (this.deadly?.step !== step || this.deadly.when !== when) return;
    const { die } = this.deadly;
    this.deadly = undefined;
    die();
    await new Promise(() => undefined);
  }

  private applyToRecord(change: RecordChange): void {
    const { namespace, name, uid, ...before } = this.recorded;
    const data = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
    const replicas = change.legacyReplicas === undefined ? before.legacyReplicas : change.legacyReplicas;
    this.recorded = {
      namespace,
      name,
      uid,
      ...Object.fromEntries(data.filter(([key]) => key !== "legacyReplicas")),
      ...(replicas === null || replicas === undefined ? {} : { legacyReplicas: Number(replicas) }),
    };
  }
}

/** From now on the old etcd tells another value of one key, at no new revision: no revision gives it away. */
export function tellAnotherValue({ source }: FakeEnvironment): void {
  source.range = async (request) => {
    const page = await MemoryStore.prototype.range.call(source, request);
    const entries = page.entries.map((each) =>
      each.value.toString() === "A" ? { ...each, value: Buffer.from("X") } : each,
    );
    return { ...page, entries };
  };
}
