import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ManagedAddress } from "../connect/etcd-address.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { PodSettings } from "../kubernetes/pod-settings.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import type { RecordPlace } from "../record/migration-record.ts";
import { readMigrationRecord } from "../record/migration-record.ts";
import type { ClaimFile } from "../snapshot/claim/claim-files.ts";
import { withSnapshotClaim } from "../snapshot/claim/with-snapshot-claim.ts";
import { snapshotFolder, type SnapshotFolder } from "../snapshot/snapshot-folder.ts";
import { parseSnapshotName } from "../snapshot/snapshot-name.ts";
import { openCopiedClaim } from "../trident/legacy-etcd/open-copied-claim.ts";
import { removeSourcePod } from "../trident/legacy-etcd/source-pod.ts";
import { uninstalledTrident, type ClaimSource } from "../trident/legacy/uninstalled-trident.ts";
import { findMemberClaims, saveMemberClaim } from "./member-claims.ts";
import type { RestorePort } from "./restore-port.ts";
import { newestOnClaim, parseRestoreSource, type RestoreSource } from "./restore-source.ts";
import { NoSurvivorError, withSurvivor } from "./survivors.ts";

/** Of a restore's request, what says where the state is to be had. */
export interface SourceRequest {
  readonly namespace: string;
  readonly destination: ManagedAddress;
  readonly from: string;
  readonly record: string;
  /** Where what comes from the cluster is kept; relative to the working directory. */
  readonly snapshotDirectory: string;
  /** The claim of the schedule. */
  readonly snapshotClaim: string;
  /** With a shell, for the pod that reads a claim: the members' own, as a rule. */
  readonly etcdImage: string;
  /** For `legacyClaim`. */
  readonly legacyClaim?: ClaimSource;
  /** What pods are given that are there for a moment. */
  readonly helperPod?: PodSettings;
}

/** A claim has no snapshot of that name, or none at all. */
export class SnapshotNotOnClaimError extends Error {
  override readonly name = "SnapshotNotOnClaimError";

  constructor(claim: string, wanted: string, found: readonly string[]) {
    const there = found.length === 0 ? "there is none" : `there are ${found.join(", ")}`;
    super(`PersistentVolumeClaim ${claim} has no snapshot ${wanted}: ${there}`);
  }
}

/** How a source comes to be a file on this machine, and what is kept of a lost etcd before it is deleted. */
export function sourceSteps(
  cluster: ClusterClient,
  request: SourceRequest,
  patience: Patience & { readonly interruption: AbortSignal },
): Pick<RestorePort, "fetchSource" | "keepWhatSurvived"> {
  const { namespace, from, snapshotDirectory } = request;
  const wanted = snapshotFolder(snapshotDirectory, namespace);
  const fetching: Fetching = { cluster, request, patience };
  return {
    fetchSource: async (clusterId, before) => {
      const source = parseRestoreSource(from);
      if (source.kind === "file") return resolve(source.path);
      if (before !== undefined && (await isThere(before))) return before;
      if (wanted === undefined) throw new Error("there is no folder for snapshots to keep it in");
      await wanted.prepare();
      return fetchTo(wanted, fetching, source, clusterId);
    },
    keepWhatSurvived: async (clusterId) => {
      if (wanted === undefined) return undefined;
      await wanted.prepare();
      try {
        return await keepSurvivor(wanted, fetching, clusterId);
      } catch (error) {
        if (error instanceof NoSurvivorError && error.isNobodyThere) return undefined;
        throw error;
      }
    },
  };
}

interface Fetching {
  readonly cluster: ClusterClient;
  readonly request: SourceRequest;
  readonly patience: Patience & { readonly interruption: AbortSignal };
}

function fetchTo(
  folder: SnapshotFolder,
  fetching: Fetching,
  source: Exclude<RestoreSource, { kind: "file" }>,
  clusterId: string | undefined,
): Promise<string> {
  switch (source.kind) {
    case "member":
      return keepSurvivor(folder, fetching, clusterId);
    case "claim":
      return fetchFromClaim(folder, fetching, source.name);
    case "legacyClaim":
      return saveLegacyClaim(folder, fetching);
  }
}

/** From a member that answers, or else from the claims of members whose pods are gone. Raises NoSurvivorError. */
async function keepSurvivor(
  folder: SnapshotFolder,
  { cluster, request, patience }: Fetching,
  clusterId: string | undefined,
): Promise<string> {
  const { destination } = request;
  try {
    return await withSurvivor(cluster, destination, clusterId, (_survivor, store) =>
      folder.save(store.snapshot(), patience.interruption),
    );
  } catch (error) {
    if (!(error instanceof NoSurvivorError)) throw error;
    const claims = await findMemberClaims(cluster, destination);
    if (claims.length === 0) throw error;
    return saveMemberClaim(cluster, claims, { ...request, ...patience, directory: folder.directory });
  }
}

function fetchFromClaim(
  { directory }: SnapshotFolder,
  { cluster, request, patience }: Fetching,
  wanted: string,
): Promise<string> {
  const { namespace, snapshotClaim: claim, etcdImage: image, helperPod: settings } = request;
  return withSnapshotClaim(cluster, { namespace, claim, image, settings, ...patience }, async (files) => {
    const there = await files.list();
    const name = wanted === newestOnClaim ? newestOf(there) : there.find((each) => each.name === wanted)?.name;
    if (name === undefined)
      throw new SnapshotNotOnClaimError(
        claim,
        wanted,
        there.map((each) => each.name),
      );
    const to = join(directory, name);
    // One that was fetched before is checked as any other.
    return (await isThere(to)) ? resolve(to) : files.fetch(name, to);
  });
}

/** By the time in its name. */
export function newestOf(files: readonly ClaimFile[]): string | undefined {
  const named = files.flatMap(({ name }) => {
    const parsed = parseSnapshotName(name);
    return parsed === undefined || parsed.isPartial ? [] : [{ name, at: parsed.savedAt.getTime() }];
  });
  return named.sort((one, other) => other.at - one.at)[0]?.name;
}

/** By an etcd that runs on a copy of it for that time. */
async function saveLegacyClaim(folder: SnapshotFolder, { cluster, request, patience }: Fetching): Promise<string> {
  const { namespace, legacyClaim, record, helperPod } = request;
  if (legacyClaim === undefined) throw new Error("no claim of an old Trident is named");
  const place: RecordPlace = { namespace, record };
  const owner = await readMigrationRecord(cluster, place);
  const claim = await cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name: legacyClaim.claim });
  const names = { namespace, legacyDeployment: "trident", legacyEtcdContainer: "etcd" };
  try {
    const etcd = await openCopiedClaim(
      cluster,
      uninstalledTrident(names, claim),
      legacyClaim,
      owner,
      patience,
      helperPod,
    );
    try {
      return await folder.save(etcd.snapshot(), patience.interruption);
    } finally {
      await etcd.close();
    }
  } finally {
    await removeSourcePod(cluster, namespace, patience.timeoutSeconds).catch(() => undefined);
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
