import { change } from "../wording/change.ts";
import { agreeing, counted, listed, sentence } from "../wording/counted.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import type { Blocker } from "./blocker.ts";
import type { NamedLegacyTrident } from "./legacy-blockers.ts";

/** The first few of what was found, and how many they are. */
interface Found<Thing = string> {
  readonly count: number;
  readonly first: readonly Thing[];
}

/** A volume that names something which the state does not have. */
interface MissingReference {
  readonly volume: string;
  readonly what: "backend" | "storage class";
  readonly name: string;
}

/** One name of Trident's state, such as a volume's. */
interface NamedThing {
  readonly kind: "backends" | "volumes" | "storageClasses";
  readonly name: string;
}

/** The embedded etcd runs, and does not answer. */
export function sourceUnreachable(legacy: NamedLegacyTrident, failure: unknown): Blocker {
  if (legacy.externalEtcd !== undefined) return formerEtcdUnreachable(legacy.externalEtcd.called, failure);
  return {
    kind: "sourceUnreachable",
    object: `Deployment/${legacy.name}`,
    message: `The embedded etcd of Deployment ${legacy.name} can't be read: ${withoutFullStop(describeFailure(failure))}.`,
    remedy: `See that its container is healthy (\`kubectl --namespace ${legacy.namespace} logs deployment/${legacy.name} --container ${legacy.etcdContainer.name}\`), and run this again.`,
  };
}

function formerEtcdUnreachable(etcd: string, failure: unknown): Blocker {
  return {
    kind: "sourceUnreachable",
    object: etcd,
    message: `${sentence(etcd)}, from which Trident is to be moved, can't be read: ${withoutFullStop(describeFailure(failure))}.`,
    remedy:
      "See that it can be reached and takes the certificate with which Trident uses it now; nothing is moved from an etcd that does not " +
      "answer. Then run this again.",
  };
}

/** The etcd that Trident is on has no state of Trident. */
export function emptySource(legacy: NamedLegacyTrident, prefix: string): Blocker {
  if (legacy.externalEtcd !== undefined) return emptyFormerEtcd(legacy.externalEtcd.called, prefix);
  return {
    kind: "emptySource",
    object: prefix,
    message:
      `The embedded etcd of Deployment ${legacy.name} in namespace ${legacy.namespace} (PersistentVolumeClaim ` +
      `${legacy.claim}) has no key under ${prefix}: there is no state to migrate.`,
    remedy:
      `A Trident before 18.01 keeps its state in etcd's v2 store: start Trident 18.01 or later on it once. If there ` +
      `really is nothing to keep, remove that Deployment and ` +
      `\`${change({ migrate: false, abandonedClaims: legacy.claim })}\`.`,
  };
}

function emptyFormerEtcd(etcd: string, prefix: string): Blocker {
  return {
    kind: "emptySource",
    object: prefix,
    message: `There is no key under ${prefix} in ${etcd}: there is no state to move.`,
    remedy:
      "Trident has at least its version there as soon as it has served: find out who has emptied it before anything else.",
  };
}

/** No Trident can start on the state, although the old one may still serve from its memory. */
export function brokenReferences(
  legacy: NamedLegacyTrident,
  prefix: string,
  missing: Found<MissingReference>,
): Blocker {
  const [{ volume, what, name } = { volume: "", what: "backend", name: "" }] = missing.first;
  const first = missing.first.map((each) => `volume ${each.volume} is on ${each.what} ${named(each.name)}`);
  const key = `${prefix}v1/volume/${volume}`;
  return {
    kind: "brokenReferences",
    object: key,
    message:
      `The old Trident's state names what it does not have: ${listed({ ...missing, first })}. ` +
      (what === "backend"
        ? "A Trident that starts on it fails, the old one, too: nothing is stopped."
        : "Nothing is stopped before that is put right."),
    remedy:
      `Make ${what} ${named(name)} again with the old Trident's \`tridentctl create ${what.replace(" ", "")}\`, or, if volume ${volume} is of ` +
      `no use to anybody, remove it from the state: \`${deletion(legacy, key)}\`. Then run this again.`,
  };
}

function deletion(
  { externalEtcd, namespace, name, etcdContainer, clientPort }: NamedLegacyTrident,
  key: string,
): string {
  if (externalEtcd !== undefined) return `etcdctl del ${key}`;
  return (
    `kubectl --namespace ${namespace} exec deployment/${name} --container ${etcdContainer.name} -- env ETCDCTL_API=3 etcdctl ` +
    `--endpoints=http://127.0.0.1:${clientPort} del ${key}`
  );
}

/** What the old Trident has in its memory is not what its etcd has. */
export function legacyDisagrees(
  legacy: NamedLegacyTrident,
  { unlisted, unstored }: { readonly unlisted: Found<NamedThing>; readonly unstored: Found<NamedThing> },
): Blocker {
  const sides = [
    ...(unlisted.count === 0 ? [] : [`its etcd has ${things(unlisted)}, which it does not list`]),
    ...(unstored.count === 0 ? [] : [`it lists ${things(unstored)}, which its etcd does not have`]),
  ];
  return {
    kind: "legacyDisagrees",
    object: `Deployment/${legacy.name}`,
    message:
      `The old Trident (Deployment ${legacy.name} in namespace ${legacy.namespace}) and its etcd do not agree: ` +
      `${sides.join("; ")}. A Trident that starts on that state is another than the one that serves.`,
    remedy:
      "Somebody has written to its etcd, or it could not: find out what is right. Restarting the old Trident shows whether it " +
      `starts on what its etcd has: \`kubectl --namespace ${legacy.namespace} rollout restart deployment ${legacy.name}\`; then ` +
      "run this again.",
  };
}

/**
 * What Trident has begun and not ended.
 *
 * @param which serves now, and has them.
 */
export function openTransactions(
  which: "old" | "new",
  { namespace, name }: { readonly namespace: string; readonly name: string },
  transactions: Found,
): Blocker {
  return {
    kind: "openTransactions",
    object: `Deployment/${name}`,
    message:
      `Trident has ${counted(transactions.count, "open transaction")}: ${listed(transactions)}. The Trident that starts next acts on ` +
      `them, and undoing one that adds a volume destroys that volume.`,
    remedy:
      `Wait until Trident has ended them and run this again. If they stay, restarting the ${which} Trident settles them, the ` +
      "creation of a volume by removing what there is of it: " +
      `\`kubectl --namespace ${namespace} rollout restart deployment ${name}\`.`,
  };
}

/** Keys that would not be in the new etcd as they are in the old one. */
export function leasedKeys({ name }: NamedLegacyTrident, leased: Found): Blocker {
  return {
    kind: "leasedKeys",
    object: `Deployment/${name}`,
    message: `${leased.count} of the old Trident's keys ${agreeing(leased.count, "has", "have")} a lease, which can't be copied: ${listed(leased)}.`,
    remedy: "Trident makes none: stop what holds the leases, or delete these keys, and run this again.",
  };
}

/** The new etcd already holds keys that are not a copy of the old one's. */
export function foreignKeys(destination: string, prefix: string, foreign: Found): Blocker {
  const differ =
    `${agreeing(foreign.count, "differs", "differ")} from the old Trident's state or ` +
    `${agreeing(foreign.count, "is", "are")} not in it`;
  const which =
    foreign.first.length === 0
      ? `${agreeing(foreign.count, "is", "are")} not from this migration`
      : `${differ}: ${listed(foreign)}`;
  return {
    kind: "foreignKeys",
    object: prefix,
    message: `In ${destination}, ${counted(foreign.count, "key")} under ${prefix} ${which}. Nothing of that is overwritten.`,
    remedy: `If nothing needs ${agreeing(foreign.count, "it", "them")}, delete ${agreeing(foreign.count, "it", "them")} with \`etcdctl del\` and run \`pulumi up\` again.`,
  };
}

/** Source and destination are one and the same etcd cluster. */
export function sameCluster(
  source: string,
  destination: string,
  { clusterId, isMove = false }: { readonly clusterId: string; readonly isMove?: boolean },
): Blocker {
  return {
    kind: "sameCluster",
    object: `cluster id ${clusterId}`,
    message: `${source} and ${destination} are the same etcd cluster (id ${clusterId}): there is nothing to migrate.`,
    remedy: isMove
      ? `Another name of the same etcd needs no move: \`${change({ movedFromEtcd: undefined })}\`.`
      : `Name another namespace with \`${change({ namespace: "NAME" })}\`, or migrate nothing with \`${change({ migrate: false })}\`.`,
  };
}

const nouns: Readonly<Record<NamedThing["kind"], readonly [string, string]>> = {
  backends: ["backend", "backends"],
  volumes: ["volume", "volumes"],
  storageClasses: ["storage class", "storage classes"],
};

function things(found: Found<NamedThing>): string {
  return listed({ ...found, first: found.first.map(({ kind, name }) => `${nouns[kind][0]} ${name}`) });
}

function named(name: string): string {
  return name === "" ? "(without a name)" : name;
}
