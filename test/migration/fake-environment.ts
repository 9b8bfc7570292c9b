import { prefixRange } from "../../migration/copy/key-range.ts";
import type { DeploymentFinding, LegacyTrident } from "../../migration/legacy/legacy-trident.ts";
import type { MigrationRecord, RecordChange } from "../../migration/legacy/migration-record.ts";
import { LegacyTridentChangedError, type StoppedTrident } from "../../migration/legacy/stop-legacy-trident.ts";
import type { MigrationEnvironment } from "../../migration/migration-environment.ts";
import { legacyTrident } from "./legacy/legacy-deployment.ts";
import { MemoryStore } from "./memory-store.ts";

type Step = Exclude<keyof MigrationEnvironment, "namespace" | "legacyDeployment" | "record" | "range">;

/**
 * A cluster in memory: a legacy Trident with its state, and an empty new etcd. `failAt` makes a step fail; `before` does
 * something just before a step, as somebody else would.
 */
export class FakeEnvironment implements MigrationEnvironment {
  readonly namespace = "trident";
  readonly legacyDeployment = "trident";
  readonly record = "trident-etcd-migration";
  readonly range = prefixRange("/trident/");

  trident: DeploymentFinding = { kind: "legacy", legacy: legacyTrident() };
  recorded: MigrationRecord = { namespace: "trident", name: this.record, uid: "uid-record" };
  liveEtcd = true;
  sourcePod = false;
  readonly source: MemoryStore;
  readonly destination = new MemoryStore("the etcd cluster trident-etcd", "2");
  /** The steps taken, in order. */
  readonly steps: Step[] = [];
  private readonly failures = new Map<Step, Error>();
  private readonly actions = new Map<Step, () => void>();

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

  replicas(): number {
    return this.trident.kind === "legacy" ? this.trident.legacy.replicas : 0;
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

  stopLegacy(legacy: LegacyTrident): Promise<StoppedTrident> {
    return this.take("stopLegacy", () => {
      if (!legacy.stoppedByMigration) {
        this.applyToRecord({ phase: "stopped", legacyReplicas: String(legacy.replicas) });
      }
      this.trident = { kind: "legacy", legacy: { ...legacy, replicas: 0, stoppedByMigration: true } };
      return { legacy, generation: 4 };
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

  deleteLegacy(): Promise<void> {
    return this.take("deleteLegacy", () => {
      this.trident = { kind: "absent" };
    });
  }

  restoreLegacy(legacy: LegacyTrident): Promise<number> {
    return this.take("restoreLegacy", () => {
      const replicas = this.recorded.legacyReplicas ?? legacy.replicas;
      this.trident = { kind: "legacy", legacy: { ...legacy, replicas, stoppedByMigration: false } };
      this.applyToRecord({ phase: null, legacyReplicas: null, result: null });
      return replicas;
    });
  }

  // Async, so that what an action throws becomes a rejection.
  // eslint-disable-next-line @typescript-eslint/require-await
  private async take<T>(step: Step, action: () => T): Promise<T> {
    this.steps.push(step);
    this.actions.get(step)?.();
    const failure = this.failures.get(step);
    if (failure !== undefined) throw failure;
    return action();
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
