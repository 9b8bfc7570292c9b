import { PatchStrategy, setHeaderOptions, type V1ConfigMap } from "@kubernetes/client-node";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";

/** How far a migration came: `stopped` from before the legacy Trident is stopped, `copied` once all is verified. */
export type MigrationPhase = "stopped" | "copied";

/** How far a rollback came: `writing` from before its first write, `restoring` once all is carried back and verified. */
export type RollbackPhase = "writing" | "restoring";

/** What a migration leaves in the cluster about itself, so that a later run can finish or undo it. */
export interface MigrationRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase?: MigrationPhase;
  /** The legacy Deployment's manifest as it was before the stop, as JSON. */
  readonly legacyDeployment?: string;
  readonly legacyReplicas?: number;
  /** The PersistentVolumeClaim, where Trident had been uninstalled and the migration was from its claim alone. */
  readonly legacyClaim?: string;
  /** When the legacy Trident was stopped, as ISO 8601. */
  readonly stoppedAt?: string;
  /** Whose keys stand in the destination while a copy is not finished: see `copy-marker.ts`. */
  readonly firstPass?: string;
  /** The result of a finished copy, as JSON. */
  readonly result?: string;
  /** Set while a rollback is asked for that has not ended. */
  readonly rollback?: "requested";
  readonly rollbackPhase?: RollbackPhase;
  /** What a rollback carried back, as JSON, from `restoring` on: see `rollback/carried-back.ts`. */
  readonly carriedBack?: string;
  /** The specification of the new Trident's Deployment as it ran before the rollback, as JSON. */
  readonly newTrident?: string;
  /** What came of the last rollback that ended, as JSON. */
  readonly rolledBack?: string;
  /** What the last new Trident was started on, as JSON: see `started-on.ts`. */
  readonly served?: string;
  /** What of the legacy Trident's pod the new one has that was last started, as JSON; absent for nothing. */
  readonly carriedPod?: string;
  /** How many keys that the new Trident wrote the user gives up; said here where no input reaches, as in a destroy. */
  readonly discardedKeys?: number;
  /** The cluster id of the etcd that this stack's Trident has its state in, decimal. */
  readonly etcdClusterId?: string;
  /** Set once keys under the prefix were seen there. */
  readonly etcdHeldKeys?: "true";
  /** The cluster id of the etcd that the state was moved from last, decimal. */
  readonly movedFromEtcd?: string;
  /** The cluster id of the etcd that verified moves have brought the migrated state to; absent where it is in the migration's destination. */
  readonly migratedStateIn?: string;
  /** The highest revision of that etcd that was seen, decimal, and when, as ISO 8601. */
  readonly etcdRevision?: string;
  readonly etcdRevisionAt?: string;
  /** What a restore takes the state from, as JSON: see `restored-state.ts`. */
  readonly source?: string;
  /** The EtcdCluster that a restore deletes and makes anew, as JSON, from before its deletion until the restore has ended. */
  readonly etcdCluster?: string;
  /** Set while a restore keeps clients from the etcd that is not whole yet. */
  readonly clientsHeldOff?: "true";
  /** Set in a record of what is said below: its own part, beside the migration's. */
  readonly part?: RecordPart;
}

/** A move from one etcd to another, and a restore, keep the like of a migration in the same ConfigMap, under keys of their own. */
export type RecordPart = "move" | "restore";

/** What a patch of the record sets; null removes. */
export interface RecordChange {
  readonly phase?: MigrationPhase | null;
  readonly legacyDeployment?: string | null;
  readonly legacyReplicas?: string | null;
  readonly legacyClaim?: string | null;
  readonly stoppedAt?: string | null;
  readonly firstPass?: string | null;
  readonly result?: string | null;
  readonly rollback?: "requested" | null;
  readonly rollbackPhase?: RollbackPhase | null;
  readonly carriedBack?: string | null;
  readonly newTrident?: string | null;
  readonly rolledBack?: string | null;
  readonly served?: string | null;
  readonly carriedPod?: string | null;
  readonly discardedKeys?: null;
  readonly etcdClusterId?: string | null;
  readonly etcdHeldKeys?: "true" | null;
  readonly movedFromEtcd?: string;
  readonly migratedStateIn?: string | null;
  readonly etcdRevision?: string | null;
  readonly etcdRevisionAt?: string | null;
  readonly source?: string | null;
  readonly etcdCluster?: string | null;
  readonly clientsHeldOff?: "true" | null;
}

export class MigrationRecordMissingError extends Error {
  override readonly name = "MigrationRecordMissingError";

  constructor(namespace: string, name: string) {
    super(
      `ConfigMap ${name} in namespace ${namespace}, the record of the migration, does not exist. ` +
        `The stack makes it before it migrates; if it was deleted by hand, run \`pulumi refresh\` and \`pulumi up\`.`,
    );
  }
}

export class MigrationRecordInvalidError extends Error {
  override readonly name = "MigrationRecordInvalidError";

  constructor(namespace: string, name: string, key: string) {
    super(
      `ConfigMap ${name} in namespace ${namespace}, the record of the migration, has an unusable value under ${key}. ` +
        `Something else has written to it; put the value right, or remove the key if no migration is under way.`,
    );
  }
}

export interface RecordPlace {
  readonly namespace: string;
  /** The ConfigMap's name. */
  readonly record: string;
  /** @default the migration's */
  readonly part?: RecordPart | undefined;
}

/** What holds for the stack, whoever says it. */
const shared: ReadonlySet<string> = new Set([
  ...["etcdClusterId", "etcdHeldKeys", "movedFromEtcd", "migratedStateIn"],
  ...["etcdRevision", "etcdRevisionAt"],
]);

function keyOf(name: string, part: RecordPart | undefined): string {
  return part === undefined || shared.has(name) ? name : `${part}.${name}`;
}

/** Raises MigrationRecordMissingError when there is none. */
export async function readMigrationRecord(cluster: ClusterClient, place: RecordPlace): Promise<MigrationRecord> {
  const record = await findMigrationRecord(cluster, place);
  if (record === undefined) throw new MigrationRecordMissingError(place.namespace, place.record);
  return record;
}

export async function findMigrationRecord(
  cluster: ClusterClient,
  place: RecordPlace,
): Promise<MigrationRecord | undefined> {
  const configMap = await findConfigMap(cluster, place);
  return configMap && parseRecord(configMap, place);
}

/** The same of each part, out of one read, at the first that is asked for: for whoever looks once at all that is recorded. */
export function recordReadOnce(
  cluster: ClusterClient,
  { namespace, record }: Omit<RecordPlace, "part">,
): (part?: RecordPart) => Promise<MigrationRecord | undefined> {
  let reading: Promise<V1ConfigMap | undefined> | undefined;
  return async (part) => {
    const place = { namespace, record, part };
    const configMap = await (reading ??= findConfigMap(cluster, place));
    return configMap && parseRecord(configMap, place);
  };
}

async function findConfigMap(
  cluster: ClusterClient,
  { namespace, record: name }: RecordPlace,
): Promise<V1ConfigMap | undefined> {
  try {
    return await cluster.core.readNamespacedConfigMap({ namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export async function changeMigrationRecord(
  cluster: ClusterClient,
  place: RecordPlace,
  change: RecordChange,
): Promise<void> {
  const data = Object.fromEntries(Object.entries(change).map(([name, value]) => [keyOf(name, place.part), value]));
  await cluster.core.patchNamespacedConfigMap(
    { namespace: place.namespace, name: place.record, body: { data } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

function parseRecord(configMap: V1ConfigMap, place: RecordPlace): MigrationRecord {
  const data = partOf(configMap.data ?? {}, place.part);
  return {
    namespace: place.namespace,
    name: place.record,
    uid: configMap.metadata?.uid ?? "",
    ...(place.part === undefined ? {} : { part: place.part }),
    ...optional("phase", parseWord("phase", ["stopped", "copied"] as const, data, place)),
    ...optional("legacyDeployment", data.legacyDeployment),
    ...optional("legacyReplicas", parseNumber("legacyReplicas", data, place)),
    ...optional("legacyClaim", data.legacyClaim),
    ...optional("stoppedAt", data.stoppedAt),
    ...optional("firstPass", data.firstPass),
    ...optional("result", data.result),
    ...optional("rollback", parseWord("rollback", ["requested"] as const, data, place)),
    ...optional("rollbackPhase", parseWord("rollbackPhase", ["writing", "restoring"] as const, data, place)),
    ...optional("carriedBack", data.carriedBack),
    ...optional("newTrident", data.newTrident),
    ...optional("rolledBack", data.rolledBack),
    ...optional("served", data.served),
    ...optional("carriedPod", data.carriedPod),
    ...optional("discardedKeys", parseNumber("discardedKeys", data, place)),
    ...optional("etcdClusterId", data.etcdClusterId),
    ...optional("etcdHeldKeys", parseWord("etcdHeldKeys", ["true"] as const, data, place)),
    ...optional("movedFromEtcd", data.movedFromEtcd),
    ...optional("migratedStateIn", data.migratedStateIn),
    ...optional("etcdRevision", data.etcdRevision),
    ...optional("etcdRevisionAt", data.etcdRevisionAt),
    ...optional("source", data.source),
    ...optional("etcdCluster", data.etcdCluster),
    ...optional("clientsHeldOff", parseWord("clientsHeldOff", ["true"] as const, data, place)),
  };
}

type RecordData = Readonly<Record<string, string>>;

/** What is said in it and what holds for the stack, by the names that a migration's has. */
function partOf(data: RecordData, part: RecordPart | undefined): RecordData {
  if (part === undefined) return data;
  const own = Object.entries(data).filter(([key]) => key.startsWith(`${part}.`) || shared.has(key));
  return Object.fromEntries(own.map(([key, value]) => [shared.has(key) ? key : key.slice(part.length + 1), value]));
}

function parseWord<Word extends string>(
  key: string,
  words: readonly Word[],
  data: RecordData,
  place: RecordPlace,
): Word | undefined {
  const text = data[key];
  if (text === undefined || text === "") return undefined;
  const word = words.find((each) => each === text);
  if (word === undefined) throw new MigrationRecordInvalidError(place.namespace, place.record, keyOf(key, place.part));
  return word;
}

function parseNumber(key: string, data: RecordData, place: RecordPlace): number | undefined {
  const text = data[key];
  if (text === undefined || text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new MigrationRecordInvalidError(place.namespace, place.record, keyOf(key, place.part));
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined || value === "" ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}
