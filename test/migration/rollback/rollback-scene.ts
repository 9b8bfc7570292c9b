import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { LeaseLostError } from "../../../migration/lease/errors.ts";
import type { MigrationLease } from "../../../migration/lease/held-lease.ts";
import type { DeploymentFinding } from "../../../migration/trident/legacy/legacy-trident.ts";
import type { MigrationRecord, RecordChange } from "../../../migration/record/migration-record.ts";
import type { ListLengths } from "../../../migration/trident/rest/expected-lists.ts";
import type { RollbackEnvironment } from "../../../migration/rollback/rollback-environment.ts";
import { legacyDeployment, legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { MemoryStore } from "../copy/memory-store.ts";

export type RollbackStep = Exclude<
  keyof RollbackEnvironment,
  "namespace" | "legacyDeployment" | "legacyEtcdContainer" | "range"
>;

const migrated = { "/trident/store": "{}", "/trident/v1/volume/a": "A", "/trident/v1/volume/b": "B" };

/**
 * A cluster in memory on which a migration has ended and a rollback is asked for: the stack's Deployment was just deleted.
 * `failAt` makes a step fail; `before` does something just before a step.
 */
export class RollbackScene implements RollbackEnvironment {
  readonly namespace = "trident";
  readonly legacyDeployment = "trident";
  readonly legacyEtcdContainer = "etcd";
  readonly range = keyPrefix("/trident/");

  trident: DeploymentFinding = { kind: "absent" };
  sourcePod = false;
  /** Whether a new Trident runs, whoever its pods belong to. */
  newTridentRuns = false;
  leases = 0;
  snapshotPath: string | undefined;
  readonly embedded: MemoryStore;
  readonly newEtcd: MemoryStore;
  recorded: MigrationRecord;
  /** What the old Trident was to list. */
  expected: ListLengths | undefined;
  readonly steps: RollbackStep[] = [];
  private lost = new AbortController();
  private readonly failures = new Map<RollbackStep, Error>();
  private readonly actions = new Map<RollbackStep, () => void>();
  private deadly: { step: RollbackStep; when: "before" | "after"; die: () => void } | undefined;

  constructor(entries: Record<string, string> = migrated) {
    this.embedded = new MemoryStore("the embedded etcd", "1", entries);
    this.newEtcd = new MemoryStore("the etcd cluster trident-etcd", "2", entries);
    const revision = String(Object.keys(entries).length + 1);
    const result = {
      keys: Object.keys(entries).length,
      sha256: "aa",
      ...{ sourceClusterId: "1", sourceRevision: revision },
      ...{ destinationClusterId: "2", destinationRevision: revision },
    };
    this.recorded = {
      ...{ namespace: "trident", name: "trident-etcd-migration", uid: "uid-record" },
      ...{ phase: "copied", rollback: "requested", newTrident: "{}" },
      ...{ legacyDeployment: JSON.stringify(legacyDeployment()), legacyReplicas: 1 },
      result: JSON.stringify(result),
    };
  }

  failAt(step: RollbackStep, error: Error): void {
    this.failures.set(step, error);
  }

  healAt(step: RollbackStep): void {
    this.failures.delete(step);
  }

  before(step: RollbackStep, action: () => void): void {
    this.actions.set(step, action);
  }

  loseLease(): void {
    this.lost.abort(new LeaseLostError("trident", "another-host-1-00000000 holds it now"));
  }

  /** As FakeEnvironment's. */
  killedAt(step: RollbackStep, when: "before" | "after"): Promise<void> {
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

  /** Never two at once: raises what would be two Tridents, or one on an etcd that the copy has open. */
  private startTrident(which: "old" | "new"): void {
    if (this.newTridentRuns || this.oldTridentRuns()) throw new Error(`two Tridents: the ${which} one is a second`);
    if (which === "old" && this.sourcePod) throw new Error("the claim is in use by the pod of the copy");
  }

  oldTridentRuns(): boolean {
    return this.trident.kind === "legacy" && this.trident.legacy.replicas > 0;
  }

  findRecord(): Promise<MigrationRecord | undefined> {
    return this.take("findRecord", () => this.recorded);
  }

  changeRecord(change: RecordChange): Promise<void> {
    return this.take("changeRecord", () => {
      const { legacyReplicas, ...texts } = change;
      const { legacyReplicas: replicas, ...before } = this.recorded;
      const data = Object.entries({ ...before, ...texts }).filter(([, value]) => value !== null);
      const kept = legacyReplicas === undefined ? replicas : undefined;
      this.recorded = {
        ...(Object.fromEntries(data) as unknown as MigrationRecord),
        ...(kept === undefined ? {} : { legacyReplicas: kept }),
      };
    });
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

  findTrident(): Promise<DeploymentFinding> {
    return this.take("findTrident", () => this.trident);
  }

  readNewTrident(): Promise<string | undefined> {
    return this.take("readNewTrident", () => (this.trident.kind === "ours" ? '{"as":"it runs"}' : undefined));
  }

  readDeployment(): Promise<unknown> {
    return this.take("readDeployment", () => legacyDeployment());
  }

  checkClaim(): Promise<void> {
    return this.take("checkClaim", () => undefined);
  }

  prepareSnapshot(): Promise<void> {
    return this.take("prepareSnapshot", () => undefined);
  }

  openNewEtcd(): Promise<MemoryStore> {
    return this.take("openNewEtcd", () => this.newEtcd);
  }

  openEmbeddedEtcd(): Promise<MemoryStore> {
    return this.take("openEmbeddedEtcd", () => {
      if (this.oldTridentRuns()) throw new Error("the old Trident has its etcd open");
      this.sourcePod = true;
      return this.embedded;
    });
  }

  removeSourcePod(): Promise<void> {
    return this.take("removeSourcePod", () => {
      this.sourcePod = false;
    });
  }

  takeSnapshot(): Promise<string | undefined> {
    return this.take("takeSnapshot", () => this.snapshotPath);
  }

  stopNewTrident(): Promise<void> {
    return this.take("stopNewTrident", () => {
      this.newTridentRuns = false;
    });
  }

  createOldTrident(): Promise<string> {
    return this.take("createOldTrident", () => {
      this.startTrident("old");
      const replicas = this.recorded.legacyReplicas ?? 1;
      this.trident = { kind: "legacy", legacy: legacyTrident({ uid: "uid-anew", replicas }) };
      return "uid-anew";
    });
  }

  waitUntilOldTridentServes(_legacy: unknown, expected: ListLengths): Promise<void> {
    return this.take("waitUntilOldTridentServes", () => {
      this.expected = expected;
    });
  }

  removeOldTrident(_legacy: unknown, uid: string): Promise<void> {
    return this.take("removeOldTrident", () => {
      if (this.trident.kind === "legacy" && this.trident.legacy.uid === uid) this.trident = { kind: "absent" };
    });
  }

  startNewTridentAgain(): Promise<void> {
    return this.take("startNewTridentAgain", () => {
      this.startTrident("new");
      this.newTridentRuns = true;
    });
  }

  handOverNewTrident(): Promise<void> {
    return this.take("handOverNewTrident", () => undefined);
  }

  private async take<T>(step: RollbackStep, action: () => T): Promise<T> {
    this.steps.push(step);
    await this.dieAt(step, "before");
    this.actions.get(step)?.();
    const failure = this.failures.get(step);
    if (failure !== undefined) throw failure;
    const result = action();
    await this.dieAt(step, "after");
    return result;
  }

  private async dieAt(step: RollbackStep, when: "before" | "after"): Promise<void> {
    if (this.deadly?.step !== step || this.deadly.when !== when) return;
    const { die } = this.deadly;
    this.deadly = undefined;
    die();
    await new Promise(() => undefined);
  }
}
