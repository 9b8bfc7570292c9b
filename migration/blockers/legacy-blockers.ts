import { agreeing, counted, listed } from "../wording/counted.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { Blocker } from "./blocker.ts";

/** The namespace that the settings name does not exist. */
export function namespaceMissing(namespace: string, cluster: string): Blocker {
  return {
    kind: "namespaceMissing",
    object: `Namespace/${namespace}`,
    message: `Namespace ${namespace} (setting namespace) does not exist in cluster ${cluster}.`,
    remedy:
      `Create it with \`kubectl create namespace ${namespace}\`, or name the one to use with ` +
      `\`pulumi config set namespace NAME\`.`,
  };
}

/** A migration is asked for, but there is no Trident with an embedded etcd, nor the claim of one. */
export function noLegacyTrident(namespace: string, deployment: string, found: string | ClaimsLookedFor): Blocker {
  return {
    kind: "noLegacyTrident",
    object: `Deployment/${deployment}`,
    message:
      `There is no Trident with an embedded etcd to migrate (setting migrate is true): in namespace ${namespace} ` +
      `${typeof found === "string" ? found : describeSearch(deployment, found)}.`,
    remedy: typeof found === "string" ? wayOfRunning(deployment) : wayToClaim(found),
  };
}

/** Where the state of a Trident without a Deployment was looked for. */
export interface ClaimsLookedFor {
  /** Undefined where it was not. */
  readonly claim: string | undefined;
  /** Claims under other names that have the label of a Trident's. */
  readonly labelled: readonly string[];
}

function describeSearch(deployment: string, { claim, labelled }: ClaimsLookedFor): string {
  const search = `there is no such Deployment (${deployment})`;
  if (claim === undefined) return search;
  const others = labelled.length === 0 ? "none other" : labelled.join(", ");
  return `${search}, no PersistentVolumeClaim ${claim} (setting legacyClaim), and ${others} with a Trident's label (app=trident.netapp.io)`;
}

function wayOfRunning(deployment: string): string {
  return `To go on with the Trident that runs (Deployment ${deployment}), \`pulumi config set migrate false\`.`;
}

function wayToClaim({ labelled: [first] }: ClaimsLookedFor): string {
  if (first !== undefined) {
    return `If that claim has the old Trident's state, name it with \`pulumi config set legacyClaim ${first}\`.`;
  }
  return (
    "Look for the old Trident with `kubectl get deployments,persistentvolumeclaims --all-namespaces --selector " +
    "app=trident.netapp.io`, and name its namespace (setting namespace) or its claim (setting legacyClaim). If there never was " +
    "one, `pulumi config set migrate false` makes a new installation."
  );
}

/** No migration is asked for, but the state of a Trident is there whose Deployment is gone. */
export function legacyClaimPresent(namespace: string, claims: readonly string[]): Blocker {
  const [claim = ""] = claims;
  const which = claims.length === 1 ? `PersistentVolumeClaim ${claim}` : `PersistentVolumeClaims ${claims.join(", ")}`;
  const [hold, naming] = claims.length === 1 ? ["holds", claim] : ["hold", claims.join(",")];
  return {
    kind: "legacyClaimPresent",
    object: `PersistentVolumeClaim/${claim}`,
    message:
      `${which} in namespace ${namespace} ${hold} the state of a Trident that was uninstalled, and setting migrate is false: a ` +
      `new Trident would know none of its backends and volumes.`,
    remedy:
      `To move that state to the new etcd, \`pulumi config set migrate true\`` +
      (claim === "trident" && claims.length === 1 ? "" : ` and \`pulumi config set legacyClaim ${claim}\``) +
      `. To start without it, say so: \`pulumi config set abandonedClaim ${naming}\`; the claim stays as it is.`,
  };
}

/** The legacy Deployment was stopped by a migration and then deleted by somebody else. */
export function stoppedTridentDeleted(namespace: string, deployment: string, record: string): Blocker {
  return {
    kind: "stoppedTridentDeleted",
    object: `Deployment/${deployment}`,
    message:
      `A migration had stopped Deployment ${deployment} in namespace ${namespace}, and something else has deleted it ` +
      `since.`,
    remedy:
      `Its manifest is in ConfigMap ${record}; put it back with \`kubectl --namespace ${namespace} get configmap ` +
      `${record} --output jsonpath='{.data.legacyDeployment}' | kubectl create --filename -\` and run \`pulumi up\` again.`,
  };
}

/** No migration is asked for, but a Trident with an embedded etcd stands where the new one is to be. */
export function legacyTridentPresent(legacy: LegacyTrident): Blocker {
  return {
    kind: "legacyTridentPresent",
    object: `Deployment/${legacy.name}`,
    message:
      `Deployment ${legacy.name} in namespace ${legacy.namespace} is a Trident with an embedded etcd (container ` +
      `${legacy.etcdContainer.name} on PersistentVolumeClaim ${legacy.claim}), and setting migrate is false.`,
    remedy:
      `To move its state to the new etcd, \`pulumi config set migrate true\`. A second Trident is not to run beside it: they would ` +
      `provision for the same claims. If its state is not needed, uninstall it: \`tridentctl --namespace ${legacy.namespace} uninstall\`.`,
  };
}

/** The Deployment is neither a Trident with an embedded etcd nor made by this project. */
export function foreignTrident(namespace: string, deployment: string, why: string): Blocker {
  return {
    kind: "foreignTrident",
    object: `Deployment/${deployment}`,
    message:
      `Deployment ${deployment} in namespace ${namespace} is not a Trident with an embedded etcd (${why}), and this ` +
      `project did not make it, so it is left alone.`,
    remedy:
      `See what it is with \`kubectl --namespace ${namespace} get deployment ${deployment} --output yaml\`. A Trident on an etcd that ` +
      `somebody else set up stays as it is: this program is not for it, and a second one would provision for the same claims. ` +
      `Anything else: make it anew under another name, delete it under this one, and run this again.`,
  };
}

/** The claim with the embedded etcd's data can't be used. */
export function persistentVolumeClaim(legacy: LegacyTrident, problem: string): Blocker {
  return {
    kind: "persistentVolumeClaim",
    object: `PersistentVolumeClaim/${legacy.claim}`,
    message:
      `PersistentVolumeClaim ${legacy.claim} in namespace ${legacy.namespace}, ` +
      (legacy.isUninstalled === true
        ? "which has the state of a Trident that was uninstalled, "
        : `on which Deployment ${legacy.name} keeps Trident's state, `) +
      `${problem}.`,
    remedy:
      (legacy.isUninstalled === true
        ? "Put the claim right, or remove what uses it"
        : "Put the claim or the Deployment's volume right") +
      ` (see \`kubectl --namespace ` +
      `${legacy.namespace} describe pvc ${legacy.claim}\`) and run \`pulumi up\` again.`,
  };
}

/** The embedded etcd has no state of Trident. */
export function emptySource(legacy: LegacyTrident, prefix: string): Blocker {
  return {
    kind: "emptySource",
    object: prefix,
    message:
      `The embedded etcd of Deployment ${legacy.name} in namespace ${legacy.namespace} (PersistentVolumeClaim ` +
      `${legacy.claim}) has no key under ${prefix}: there is no state to migrate.`,
    remedy:
      `A Trident before 18.01 keeps its state in etcd's v2 store: start Trident 18.01 or later on it once. If there ` +
      `really is nothing to keep, remove that Deployment and ` +
      `\`pulumi config set migrate false && pulumi config set abandonedClaim ${legacy.claim}\`.`,
  };
}

/** The new etcd already holds keys that are not a copy of the old one's. */
export function foreignKeys(
  destination: string,
  prefix: string,
  foreign: { readonly keys: readonly string[]; readonly count: number },
): Blocker {
  const differ =
    `${agreeing(foreign.count, "differs", "differ")} from the old Trident's state or ` +
    `${agreeing(foreign.count, "is", "are")} not in it`;
  const which =
    foreign.keys.length === 0
      ? `${agreeing(foreign.count, "is", "are")} not from this migration`
      : `${differ}: ${listed({ count: foreign.count, first: foreign.keys })}`;
  return {
    kind: "foreignKeys",
    object: prefix,
    message: `In ${destination}, ${counted(foreign.count, "key")} under ${prefix} ${which}. Nothing of that is overwritten.`,
    remedy: `If nothing needs ${agreeing(foreign.count, "it", "them")}, delete ${agreeing(foreign.count, "it", "them")} with \`etcdctl del\` and run \`pulumi up\` again.`,
  };
}

/** Source and destination are one and the same etcd cluster. */
export function sameCluster(source: string, destination: string, clusterId: string): Blocker {
  return {
    kind: "sameCluster",
    object: `cluster id ${clusterId}`,
    message: `${source} and ${destination} are the same etcd cluster (id ${clusterId}): there is nothing to migrate.`,
    remedy: `Check the settings namespace and migrate.`,
  };
}
