import type { EtcdCluster } from "../etcd-cluster.ts";
import type { CopierSuccess } from "./copier-process.ts";
import { readWithEtcdctl, type ReadKey, type WholeStore } from "./read-with-etcdctl.ts";
import { nameOf, type WriteRecord } from "./write-record.ts";

/** What the test knows of the two stores without the engine. */
export interface KnownStores {
  readonly source: EtcdCluster;
  readonly destination: EtcdCluster;
  readonly prefix: Buffer;
  /** Everything that was ever written to the source since `sourceStart`. */
  readonly sourceRecord: WriteRecord;
  /** Everything in the destination that the copier did not write. */
  readonly foreignRecord: WriteRecord;
  /** The source's revision before the first of these writes. */
  readonly sourceStart: bigint;
}

export interface RunBounds {
  /** The stores' revisions before the run. */
  readonly source: bigint;
  readonly destination: bigint;
}

/**
 * Decides whether a claimed success is true, from what etcdctl reads of both stores and what the test itself wrote.
 *
 * @returns what is wrong; empty when the claim holds.
 */
export async function checkClaim(known: KnownStores, claim: CopierSuccess, bounds: RunBounds): Promise<string[]> {
  const destination = await readWithEtcdctl(known.destination, claim.destinationRevision);
  if (destination === undefined) {
    return ["the destination's revision that was claimed is compacted away"];
  }
  const wanted = known.sourceRecord.stateAt(claim.sourceRevision);
  const source = await readWithEtcdctl(known.source, claim.sourceRevision);
  // The source's own revision may be compacted away by now; then the record alone says what it held.
  const problems = source === undefined ? [] : correctByReading(wanted, source, known);
  const unknown = source === undefined ? known.sourceRecord.uncertain : new Set<string>();
  if (claim.sourceRevision < bounds.source || claim.destinationRevision < bounds.destination) {
    problems.push("a revision from before the run was claimed");
  }
  const outside = [...wanted.keys()].filter((name) => !isInside(name, known.prefix));
  for (const name of outside) {
    wanted.delete(name);
  }
  const found = insideOf(destination, known.prefix);
  problems.push(...compare(wanted, found, unknown));
  const bytes = [...found.values()].reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (claim.keys !== found.size || claim.bytes !== bytes) {
    problems.push(`${claim.keys} keys, ${claim.bytes} bytes were claimed; there are ${found.size}, ${bytes}`);
  }
  return problems;
}

/**
 * What must hold after any run, however it ended.
 *
 * @returns what is wrong.
 */
export async function checkHarmless(known: KnownStores): Promise<string[]> {
  const destination = await readWithEtcdctl(known.destination);
  const source = await readWithEtcdctl(known.source);
  if (destination === undefined || source === undefined) {
    throw new Error("a read of the latest revision found it compacted");
  }
  return [
    ...findWritesToSource(known, source),
    ...[...destination.keys.values()].flatMap((key) => describeHarm(known, key)),
    ...[...known.foreignRecord.stateAt(destination.revision)].flatMap(([name]) =>
      destination.keys.has(name) || known.foreignRecord.uncertain.has(name)
        ? []
        : [`${show(name)} is gone, deleted by the copier`],
    ),
  ];
}

/** Each revision of the source since the start is one of the test's own writes. */
function findWritesToSource({ sourceRecord, sourceStart }: KnownStores, source: WholeStore): string[] {
  const unexplained = source.revision - sourceStart - BigInt(sourceRecord.revisions.size);
  return unexplained < 0n || unexplained > BigInt(sourceRecord.uncertainWrites)
    ? [`the source was written to: ${unexplained.toString()} revisions are not the test's`]
    : [];
}

function describeHarm({ prefix, sourceRecord, foreignRecord }: KnownStores, key: ReadKey): string[] {
  const { name, value, version, modRevision } = key;
  const foreign = foreignRecord.lastChangeOf(name);
  const isForeign = foreign?.value !== undefined && foreign.revision === modRevision;
  if (isForeign || foreignRecord.uncertain.has(name)) {
    return [];
  }
  if (foreign?.value !== undefined) {
    return [`${show(name)} was another program's and was overwritten`];
  }
  if (!isInside(name, prefix)) {
    return [`${show(name)} was written outside the prefix`];
  }
  if (!sourceRecord.everHeld(name, value)) {
    return [`${show(name)} holds what the source never held`];
  }
  return version === 1n ? [] : [`${show(name)} was written ${version.toString()} times`];
}

/** The record is held against the source itself; where a write's fate is unknown the source decides. */
function correctByReading(wanted: Map<string, Buffer>, source: WholeStore, { sourceRecord }: KnownStores): string[] {
  for (const name of sourceRecord.uncertain) {
    const key = source.keys.get(name);
    if (key === undefined) {
      wanted.delete(name);
    } else {
      wanted.set(name, key.value);
    }
  }
  const differences = compare(wanted, source.keys);
  return differences.map((difference) => `the source itself is not as recorded: ${difference}`);
}

function compare(
  wanted: ReadonlyMap<string, Buffer>,
  found: ReadonlyMap<string, ReadKey>,
  unknown?: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  for (const [name, value] of wanted) {
    if (unknown?.has(name) === true) {
      continue;
    }
    const key = found.get(name);
    if (key === undefined) {
      problems.push(`${show(name)} is missing`);
    } else if (!key.value.equals(value)) {
      problems.push(`${show(name)} has other bytes`);
    }
  }
  for (const name of found.keys()) {
    if (!wanted.has(name) && unknown?.has(name) !== true) {
      problems.push(`${show(name)} should not be there`);
    }
  }
  return problems;
}

function insideOf(store: WholeStore, prefix: Buffer): Map<string, ReadKey> {
  return new Map([...store.keys].filter(([name]) => isInside(name, prefix)));
}

function isInside(name: string, prefix: Buffer): boolean {
  return name.startsWith(nameOf(prefix));
}

function show(name: string): string {
  return JSON.stringify(name);
}
