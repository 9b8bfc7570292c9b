import { change } from "../wording/change.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import type { Blocker } from "./blocker.ts";

/** What the texts tell of a Trident with an embedded etcd. */
export interface NamedLegacyTrident {
  readonly namespace: string;
  /** The Deployment's. */
  readonly name: string;
  /** The PersistentVolumeClaim with its etcd's data. */
  readonly claim: string;
  readonly etcdContainer: { readonly name: string };
  /** Where its etcd takes clients, in its pod. */
  readonly clientPort: number;
  /** Whether only its claim is left. */
  readonly isUninstalled?: boolean;
  /** Where its state is, if not in an etcd of its own pod. */
  readonly externalEtcd?: { readonly called: string };
}

/** The namespace that is named does not exist. */
export function namespaceMissing(namespace: string, cluster: string): Blocker {
  return {
    kind: "namespaceMissing",
    object: `Namespace/${namespace}`,
    message: `Namespace ${namespace} does not exist in cluster ${cluster}.`,
    remedy:
      `Create it with \`kubectl create namespace ${namespace}\`, or name the one to use with ` +
      `\`${change({ namespace: "NAME" })}\`.`,
  };
}

/** A migration is asked for, but there is no Trident with an embedded etcd, nor the claim of one. */
export function noLegacyTrident(namespace: string, deployment: string, found: string | ClaimsLookedFor): Blocker {
  return {
    kind: "noLegacyTrident",
    object: `Deployment/${deployment}`,
    message:
      `There is no Trident with an embedded etcd to migrate: in namespace ${namespace} ` +
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
  return `${search}, no PersistentVolumeClaim ${claim}, and ${others} with a Trident's label (app=trident.netapp.io)`;
}

function wayOfRunning(deployment: string): string {
  return `To go on with the Trident that runs (Deployment ${deployment}), \`${change({ migrate: false })}\`.`;
}

function wayToClaim({ labelled: [first] }: ClaimsLookedFor): string {
  if (first !== undefined) {
    return `If that claim has the old Trident's state, name it with \`${change({ legacyClaim: first })}\`.`;
  }
  return (
    "Look for the old Trident with `kubectl get deployments,persistentvolumeclaims --all-namespaces --selector " +
    `app=trident.netapp.io\`, and name its namespace (\`${change({ namespace: "NAME" })}\`) or its claim ` +
    `(\`${change({ legacyClaim: "NAME" })}\`). If there never was one, \`${change({ migrate: false })}\` makes a new installation.`
  );
}

/** Only a claim is left, and its mark says that its state was moved on. */
export function staleClaim(
  { namespace, claim }: Pick<NamedLegacyTrident, "namespace" | "claim">,
  since: string,
  unmark: string,
): Blocker {
  return {
    kind: "staleClaim",
    object: `PersistentVolumeClaim/${claim}`,
    message:
      `PersistentVolumeClaim ${claim} in namespace ${namespace} is marked as stale since ${since}: a migration has moved Trident's state ` +
      `from it, and what was written since is not on it.`,
    remedy:
      `The newer state is in the etcd that it was moved to, or in the last snapshot of that: docs/after-19.04.md says how to go on ` +
      `from there. To migrate from the state of that time all the same, take the mark off: ${unmark}.`,
  };
}

/**
 * No migration is asked for, but the state of a Trident is there whose Deployment is gone.
 *
 * @param stale those of the claims that are marked so.
 */
export function legacyClaimPresent(
  namespace: string,
  claims: readonly string[],
  stale: readonly string[] = [],
): Blocker {
  const current = claims.filter((each) => !stale.includes(each));
  const [claim = ""] = current.length > 0 ? current : claims;
  const which = claims.length === 1 ? `PersistentVolumeClaim ${claim}` : `PersistentVolumeClaims ${claims.join(", ")}`;
  const [hold, naming] = claims.length === 1 ? ["holds", claim] : ["hold", claims.join(",")];
  return {
    kind: "legacyClaimPresent",
    object: `PersistentVolumeClaim/${claim}`,
    message:
      `${which} in namespace ${namespace} ${hold} the state of a Trident that was uninstalled, and no migration is asked for: a ` +
      `new Trident would know none of its backends and volumes.` +
      (stale.length === 0
        ? ""
        : ` ${stale.join(", ")}: marked as stale, since a migration has moved the state on, and what was written since is not there.`),
    remedy:
      (current.length === 0
        ? "The newer state is in the etcd that it was moved to, or in the last snapshot of that: docs/after-19.04.md says how to go on " +
          "from there"
        : `To move that state to the new etcd, \`${change({ migrate: true })}\`` +
          (claim === "trident" && claims.length === 1 ? "" : ` and \`${change({ legacyClaim: claim })}\``)) +
      `. To start without it, say so: \`${change({ abandonedClaims: naming })}\`; the claim stays as it is.`,
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

/**
 * The record of the migration can't be read.
 *
 * @param error says what is wrong in its first sentence, and what to do about it in its others.
 */
export function recordInvalid({ message }: Error, record: string): Blocker {
  const end = message.indexOf(". ") + 1;
  return {
    kind: "recordInvalid",
    object: `ConfigMap/${record}`,
    message: message.slice(0, end),
    remedy: message.slice(end + 1),
  };
}

/** No migration is asked for, but a Trident with an embedded etcd stands where the new one is to be. */
export function legacyTridentPresent(legacy: NamedLegacyTrident): Blocker {
  return {
    kind: "legacyTridentPresent",
    object: `Deployment/${legacy.name}`,
    message:
      `Deployment ${legacy.name} in namespace ${legacy.namespace} is a Trident with an embedded etcd (container ` +
      `${legacy.etcdContainer.name} on PersistentVolumeClaim ${legacy.claim}), and no migration is asked for.`,
    remedy:
      `To move its state to the new etcd, \`${change({ migrate: true })}\`. A second Trident is not to run beside it: they would ` +
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
export function persistentVolumeClaim(legacy: NamedLegacyTrident, problem: string): Blocker {
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

/** The old Trident does not answer as one that serves: it could not be put back as one that does. */
export function legacyNotServing(legacy: NamedLegacyTrident, reason: string): Blocker {
  return {
    kind: "legacyNotServing",
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
