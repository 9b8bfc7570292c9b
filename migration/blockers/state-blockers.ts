import { listed } from "../wording/counted.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { Blocker } from "./blocker.ts";
import type { Found, MissingReference, NamedThing, NameKind, StateFindings } from "../trident/state/check-state.ts";

/** No Trident can start on the state, although the old one may still serve from its memory. */
export function brokenReferences(legacy: LegacyTrident, prefix: string, missing: Found<MissingReference>): Blocker {
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
      `no use to anybody, remove it from the state: \`kubectl --namespace ${legacy.namespace} exec deployment/${legacy.name} ` +
      `--container ${legacy.etcdContainer.name} -- env ETCDCTL_API=3 etcdctl --endpoints=http://127.0.0.1:${legacy.clientPort} ` +
      `del ${key}\`. Then run this again.`,
  };
}

/** The old Trident does not answer as one that serves: it could not be put back as one that does. */
export function oldTridentNotServing(legacy: LegacyTrident, reason: string): Blocker {
  return {
    kind: "oldTridentNotServing",
    object: `Deployment/${legacy.name}`,
    message:
      `The old Trident (Deployment ${legacy.name} in namespace ${legacy.namespace}) does not serve now: ` +
      `${withoutFullStop(reason)}. The new one would not on the same state, and the old one could not be put back.`,
    remedy:
      `Get it to serve first (\`kubectl --namespace ${legacy.namespace} logs deployment/${legacy.name} --all-containers\` says more), ` +
      `and run this again. To migrate from its state all the same, stop it yourself: ` +
      `\`kubectl --namespace ${legacy.namespace} scale deployment ${legacy.name} --replicas=0\`.`,
  };
}

/** What the old Trident has in its memory is not what its etcd has. */
export function oldTridentDisagrees(
  legacy: LegacyTrident,
  { unlisted, unstored }: Pick<StateFindings, "unlisted" | "unstored">,
): Blocker {
  const sides = [
    ...(unlisted.count === 0 ? [] : [`its etcd has ${things(unlisted)}, which it does not list`]),
    ...(unstored.count === 0 ? [] : [`it lists ${things(unstored)}, which its etcd does not have`]),
  ];
  return {
    kind: "oldTridentDisagrees",
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

const nouns: Readonly<Record<NameKind, readonly [string, string]>> = {
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
