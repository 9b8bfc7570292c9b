import { change } from "../../../wording/change.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { newestMinor, oldestMinor } from "../../../kubernetes/cluster-apis.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { isOlderLine, parseVersion, versionOfImage, type Version } from "./version.ts";

const oldestTrident: Version = { major: 18, minor: 1, patch: 0, text: "18.01" };
const newestTrident: Version = { major: 19, minor: 4, patch: 0, text: "19.04" };
/** The first release without a way to say which etcd, by its release notes. */
const withoutEtcd: Version = { major: 19, minor: 10, patch: 0, text: "19.10" };

export interface VersionFacts {
  /** Undefined where no Trident is asked for. */
  readonly newTridentImage: string | undefined;
  readonly legacy?: {
    readonly deployment: string;
    readonly tridentImage: string;
    readonly etcdImage: string;
    readonly etcdContainer: string;
    /** Of the running server; undefined when it does not run. */
    readonly etcdVersion: string | undefined;
  };
  readonly kubernetes?: string | undefined;
  /** What is needed of its API and not served, each with all its forms. */
  readonly unservedApis: readonly (readonly string[])[];
}

export function versionFacts(
  request: PlanRequest,
  { flow, kubernetesVersion, unservedApis, state }: PlanFacts,
): VersionFacts {
  const legacy = flow.legacy?.externalEtcd === undefined ? flow.legacy : undefined;
  return {
    newTridentImage: request.trident === false ? undefined : request.tridentImage,
    ...{ kubernetes: kubernetesVersion, unservedApis },
    ...(legacy === undefined || legacy.isUninstalled === true
      ? {}
      : {
          legacy: {
            deployment: legacy.name,
            tridentImage: legacy.tridentImage,
            etcdImage: legacy.etcdImage,
            etcdContainer: legacy.etcdContainer.name,
            etcdVersion: state.source?.status.version,
          },
        }),
  };
}

/** Versions that can't work together, and those that can't be told. */
export function checkVersions(facts: VersionFacts): Findings {
  const { legacy, newTridentImage } = facts;
  return together(
    newTridentImage === undefined ? nothingFound : checkNewTrident(newTridentImage),
    ...(legacy === undefined || newTridentImage === undefined
      ? []
      : [checkLegacyTrident(legacy, newTridentImage), checkEtcdImage(legacy)]),
    checkKubernetes(facts),
  );
}

function checkNewTrident(image: string): Findings {
  const version = versionOfImage(image);
  if (version === undefined) {
    return atRisk(
      "service",
      `The version of the new Trident's image ${image} can't be told: it must be 18.01 to 19.04.`,
    );
  }
  if (!isOlderLine(version, oldestTrident) && !isOlderLine(newestTrident, version)) return nothingFound;
  const choice = `Choose one of these with \`${change({ tridentImage: "netapp/trident:19.04.0" })}\`.`;
  const isLater = isOlderLine(newestTrident, version);
  return blockedBy({
    kind: "unsupportedTrident",
    object: "tridentImage",
    message: isLater
      ? `Trident ${version.text} (image ${image}) keeps its state in objects of the cluster, as all do from 19.07 on; 18.01 to 19.04 keep ` +
        `theirs in an etcd. ${whyNot(version)}`
      : `Trident ${version.text} (image ${image}) can't use an external etcd: 18.01 to 19.04 can.`,
    remedy: isLater ? `${choice} The way to 19.07 or later is in docs/after-19.04.md.` : choice,
  });
}

/** As the sources of 19.07 and the release notes of 19.10 have it. */
function whyNot(version: Version): string {
  return isOlderLine(version, withoutEtcd)
    ? "It would still start on an external etcd, but rewrites the state at its first start (etcdv3b): no older Trident starts on that " +
        "again, and the vendor's installer refuses to move it on."
    : "From 19.10 on, the support for an external etcd is removed.";
}

function checkLegacyTrident(legacy: NonNullable<VersionFacts["legacy"]>, newImage: string): Findings {
  const { deployment, tridentImage } = legacy;
  const version = versionOfImage(tridentImage);
  if (version === undefined) {
    return atRisk(
      "service",
      `The version of image ${tridentImage} of Deployment ${deployment} can't be told: it must not be newer than ${newImage}.`,
    );
  }
  if (isOlderLine(version, oldestTrident)) {
    return blockedBy({
      kind: "unsupportedTrident",
      object: `Deployment/${deployment}`,
      message: `Deployment ${deployment} runs Trident ${version.text} (${tridentImage}), which keeps its state in etcd's v2 store.`,
      remedy: "Upgrade it to Trident 18.01 or later, which converts the state when it starts, then run this again.",
    });
  }
  const next = versionOfImage(newImage);
  if (next === undefined || !isOlderLine(next, version)) return nothingFound;
  return blockedBy({
    kind: "imageOlderThanData",
    object: "tridentImage",
    message:
      `The new Trident is ${next.text} (image ${newImage}), older than the ${version.text} of Deployment ` +
      `${deployment} that wrote the state.`,
    remedy: `Choose the same or a newer one: \`${change({ tridentImage: tridentImage })}\`.`,
  });
}

/** Only a Deployment whose rollout is paused or stuck says another image than its pod runs with. */
function checkEtcdImage(legacy: NonNullable<VersionFacts["legacy"]>): Findings {
  const { deployment, etcdImage, etcdContainer } = legacy;
  const named = versionOfImage(etcdImage);
  const running = legacy.etcdVersion === undefined ? undefined : parseVersion(legacy.etcdVersion);
  if (running === undefined) return nothingFound;
  if (named === undefined) {
    return atRisk(
      "service",
      `The version of image ${etcdImage} of Deployment ${deployment} can't be told: the running etcd is ${running.text}.`,
    );
  }
  if (!isOlderLine(named, running)) return nothingFound;
  return blockedBy({
    kind: "imageOlderThanData",
    object: `Deployment/${deployment}`,
    message:
      `Container ${etcdContainer} of Deployment ${deployment} names image ${etcdImage}, but etcd ${running.text} runs and ` +
      `has written the data: an older etcd refuses to open it.`,
    remedy: `Set the container's image to one of ${running.major}.${running.minor}, as its pod has it, then run this again.`,
  });
}

const oldestKubernetes = minorVersion(oldestMinor);
const newestKubernetes = minorVersion(newestMinor);

function minorVersion(minor: number): Version {
  return { major: 1, minor, patch: 0, text: `1.${minor}` };
}

function checkKubernetes({ kubernetes: said, unservedApis }: VersionFacts): Findings {
  const version = said === undefined ? undefined : parseVersion(said);
  if (version !== undefined && isOlderLine(version, oldestKubernetes)) return blockedBy(tooOld(version));
  return together(
    blockedBy(...unservedApis.map((forms) => unserved(forms, version))),
    said === undefined ? nothingFound : checkTried(said, version),
  );
}

function checkTried(said: string, version: Version | undefined): Findings {
  if (version === undefined)
    return atRisk("service", `The cluster says that it is Kubernetes "${withoutFullStop(said)}".`);
  if (!isOlderLine(newestKubernetes, version)) return nothingFound;
  return atRisk(
    "service",
    `The cluster runs Kubernetes ${version.text}; the etcd-operator and Trident were tried up to ${newestKubernetes.text}.`,
  );
}

const anotherCluster = "`pulumi config set kubernetes:context NAME`";

function tooOld(version: Version): Blocker {
  return {
    kind: "unsupportedKubernetes",
    object: "the cluster",
    message:
      `The cluster runs Kubernetes ${version.text}, and Pulumi's provider makes nothing on one that is older than ` +
      `${oldestKubernetes.text}.`,
    remedy:
      `Upgrade Kubernetes, or choose another cluster with ${anotherCluster}. As long as it stays, Trident's state can be copied by hand, with ` +
      "`trident-etcd copy` from this machine, to an etcd that runs outside of the cluster: docs/copying-by-hand.md, and docs/kubernetes-versions.md " +
      "for OpenShift 3.9 to 3.11.",
  };
}

function unserved(forms: readonly string[], version: Version | undefined): Blocker {
  const what = forms.join(" nor ");
  return {
    kind: "unservedApi",
    object: `API ${forms[0] ?? ""}`,
    message:
      `The API server${version === undefined ? "" : ` of Kubernetes ${version.text}`} serves ${forms.length > 1 ? "neither " : "no "}${what}, ` +
      "of which this program makes objects.",
    remedy:
      "Have an administrator switch that API on again (`--runtime-config` of kube-apiserver; see what there is with `kubectl api-versions`), or choose " +
      `another cluster with ${anotherCluster}.`,
  };
}
