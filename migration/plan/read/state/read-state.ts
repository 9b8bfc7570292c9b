import { everyKey, type KeyPrefix } from "../../../copy/store/key-range.ts";
import type { KeyRange, StoreStatus } from "../../../copy/store/key-value-store.ts";
import { earlierPassOf } from "../../../record/copy-marker.ts";
import { describeFailure } from "../../../wording/describe-failure.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../../../record/migration-record.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { confirmDifferences } from "../../../trident/state/confirm-differences.ts";
import type { StateFindings, TridentNames } from "../../../trident/state/check-state.ts";
import type { NamesAnswer } from "../../../trident/rest/ask-for-lists.ts";
import type { OpenStore } from "../../../connect/open-store.ts";
import type { ServedObject } from "../cluster-reader.ts";
import type { Flow } from "../../migration-plan.ts";
import type { PlanEnvironment } from "../plan-environment.ts";
import { summarizeState, type StateSummary } from "./summarize-state.ts";

/** What the two etcds were found to hold. */
export interface StateRead {
  /** Absent when there is no legacy Trident, or its etcd does not run. */
  readonly source?: Asked & { readonly summary: StateSummary; readonly etcdv2Nodes: number };
  /** Why the old Trident, which is to serve, does not. */
  readonly notServing?: string;
  /** What the old Trident and its etcd do not agree about. */
  readonly differences?: Pick<StateFindings, "unlisted" | "unstored">;
  /** Why the legacy etcd, which runs, could not be read. */
  readonly sourceFailure?: unknown;
  readonly destination?: Asked;
  readonly destinationFailure?: unknown;
  /** What keeps an existing etcd from being used. */
  readonly destinationProblems?: readonly Blocker[];
  readonly destinationReached?: "directly" | "through a pod";
  /** For a rollback, in the destination: what is carried back. */
  readonly toCarryBack?: Asked & { readonly summary: StateSummary };
  /** Of the destination, when there is no source to compare it with. */
  readonly destinationKeys?: number;
  /** The same of all keys, also those that are not Trident's; counted where something is to be restored. */
  readonly destinationAllKeys?: number;
}

export interface Asked {
  readonly description: string;
  readonly status: StoreStatus;
}

export interface WhatToRead {
  readonly flow: Flow;
  readonly legacy?: LegacyTrident;
  readonly etcdCluster: ServedObject | undefined;
  /** Whether the destination is there whatever this program has done. */
  readonly isExisting?: boolean;
  readonly record: MigrationRecord | undefined;
}

/** A source that answers slowly must not take all of the time that there is. */
const retryForMilliseconds = 4_000;

/** Reads each side once. A destination that can't be asked is reported and not raised: `up` may put it right. */
export async function readState(
  environment: PlanEnvironment,
  request: { readonly prefix: KeyPrefix; readonly restoreFrom?: string },
  { flow, legacy, etcdCluster, isExisting = false, record }: WhatToRead,
): Promise<StateRead> {
  const [source, served, destination] = await Promise.all([
    legacy === undefined || !canBeAsked(legacy) ? undefined : opened(environment.openSource(legacy)),
    legacy === undefined ? undefined : askWhetherItServes(environment, legacy),
    // Before the first `up` there is none, but for one that was made by other means.
    isNew(flow) && etcdCluster === undefined && !isExisting ? undefined : opened(environment.openDestination()),
  ]);
  try {
    const { prefix: range } = request;
    const examined = await examine(
      environment,
      destination,
      (await isRecorded(destination, record)) ? "installed" : flow,
    );
    // What can't be used is not asked for more.
    const there =
      examined.destinationProblems === undefined
        ? await ask(destination, range, request.restoreFrom !== undefined)
        : {};
    if (legacy === undefined || source?.store === undefined) {
      return {
        ...notServing(served),
        ...(source?.failure === undefined ? {} : { sourceFailure: source.failure }),
        ...examined,
        ...found(there),
        ...(there.keys === undefined ? {} : { destinationKeys: there.keys }),
        ...(there.allKeys === undefined ? {} : { destinationAllKeys: there.allKeys }),
      };
    }
    return {
      ...notServing(served),
      ...examined,
      ...found(there),
      ...(await readSource({ environment, legacy, record, source: source.store, there, range, served })),
    };
  } finally {
    await Promise.all([source?.store?.close(), destination?.store?.close()]);
  }
}

/** Of an uninstalled one nothing runs; and of one that a killed run has moved it is for the next run to tell whose state is newer. */
function canBeAsked({ isUninstalled, externalEtcd, stoppedByMigration }: LegacyTrident): boolean {
  return isUninstalled !== true && !(externalEtcd !== undefined && stoppedByMigration);
}

function isNew(flow: Flow): boolean {
  return flow === "install" || flow === "installEtcd";
}

/** Undefined for one that is stopped: there is nobody to ask. */
async function askWhetherItServes(
  environment: PlanEnvironment,
  legacy: LegacyTrident,
): Promise<NamesAnswer | undefined> {
  if (legacy.replicas === 0) return undefined;
  try {
    return await environment.askLegacyTrident(legacy);
  } catch (error) {
    return { kind: "notYet", seen: describeFailure(error) };
  }
}

function notServing(served: NamesAnswer | undefined): Pick<StateRead, "notServing"> {
  if (served === undefined || served.kind === "names") return {};
  return { notServing: served.kind === "failed" ? served.reason : served.seen };
}

/** For a rollback: reads the new etcd once. */
export async function readStateToCarryBack(
  environment: PlanEnvironment,
  request: { readonly prefix: KeyPrefix },
): Promise<StateRead> {
  const { store, failure } = await opened(environment.openDestination());
  if (store === undefined) return { destinationFailure: failure };
  try {
    const examined = await examine(environment, { store }, "rollback");
    if (examined.destinationProblems !== undefined) return examined;
    const status = await store.status();
    const summary = await summarizeState({ source: store, range: request.prefix, retryForMilliseconds });
    const asked = { description: store.description, status };
    return { ...examined, destination: asked, destinationKeys: summary.keys, toCarryBack: { ...asked, summary } };
  } catch (destinationFailure) {
    return { destinationFailure };
  } finally {
    await store.close();
  }
}

interface Opened {
  readonly store?: OpenStore | undefined;
  readonly failure?: unknown;
}

async function opened(opening: Promise<OpenStore | undefined>): Promise<Opened> {
  try {
    return { store: await opening };
  } catch (failure) {
    return { failure };
  }
}

/** An etcd with this stack's own state is to have its keys, even where Trident's Deployment was deleted and is installed again. */
async function isRecorded(side: Opened | undefined, record: MigrationRecord | undefined): Promise<boolean> {
  if (side?.store === undefined || record?.etcdClusterId === undefined) return false;
  try {
    return (await side.store.status()).clusterId === record.etcdClusterId;
  } catch {
    // Whoever asks next says why it does not answer.
    return false;
  }
}

type Examined = Pick<StateRead, "destinationProblems" | "destinationReached">;

async function examine(environment: PlanEnvironment, side: Opened | undefined, flow: Flow): Promise<Examined> {
  if (side?.store === undefined) return {};
  const { problems, reached } = await environment.examineDestination(side.store, flow);
  return {
    ...(problems.length === 0 ? {} : { destinationProblems: problems }),
    ...(reached === undefined ? {} : { destinationReached: reached }),
  };
}

interface AskedStore extends Opened {
  readonly status?: StoreStatus;
  readonly keys?: number;
  readonly allKeys?: number;
}

async function ask(side: Opened | undefined, range: KeyRange, countsAll: boolean): Promise<AskedStore> {
  if (side?.store === undefined) return { failure: side?.failure };
  const { store } = side;
  try {
    const [status, { count: keys }] = await Promise.all([store.status(), store.range({ ...range, countOnly: true })]);
    if (!countsAll) return { store, status, keys };
    const { count: allKeys } = await store.range({ ...everyKey, countOnly: true });
    return { store, status, keys, allKeys };
  } catch (failure) {
    return { failure };
  }
}

function found({ store, status, failure }: AskedStore): Pick<StateRead, "destination" | "destinationFailure"> {
  if (store === undefined || status === undefined) return failure === undefined ? {} : { destinationFailure: failure };
  return { destination: { description: store.description, status } };
}

interface SourceReading {
  readonly environment: PlanEnvironment;
  readonly legacy: LegacyTrident;
  readonly record: MigrationRecord | undefined;
  readonly source: OpenStore;
  readonly there: AskedStore;
  readonly range: KeyRange;
  readonly served: NamesAnswer | undefined;
}

async function readSource(
  reading: SourceReading,
): Promise<Pick<StateRead, "source" | "sourceFailure" | "differences">> {
  const { environment, legacy, record, source, there, range, served } = reading;
  try {
    const status = await source.status();
    const isSame = status.clusterId === there.status?.clusterId;
    const summary = await summarizeState({
      source,
      destination: isSame ? undefined : there.store,
      range,
      served: namesIn(served),
      earlier: earlierPass(record, status, there.status),
      retryForMilliseconds,
    });
    const etcdv2Nodes = summary.keys > 0 ? 0 : await environment.countEtcdv2Nodes(legacy).catch(() => 0);
    const ask = async () => namesIn(await askWhetherItServes(environment, legacy));
    const differences = await confirmDifferences(summary.findings, source, range, ask);
    return {
      source: { description: source.description, status, summary, etcdv2Nodes },
      ...(differences === undefined ? {} : { differences }),
    };
  } catch (sourceFailure) {
    return { sourceFailure };
  }
}

function namesIn(served: NamesAnswer | undefined): TridentNames | undefined {
  return served?.kind === "names" ? served.names : undefined;
}

function earlierPass(record: MigrationRecord | undefined, source: StoreStatus, destination: StoreStatus | undefined) {
  if (record === undefined || destination === undefined) return undefined;
  return earlierPassOf(record, { source: source.clusterId, destination: destination.clusterId });
}
