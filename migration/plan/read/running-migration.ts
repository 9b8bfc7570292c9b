import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterApis } from "../../kubernetes/cluster-apis.ts";
import { leaseName } from "../../lease/lease-place.ts";
import { renewalMilliseconds } from "../../lease/held-lease.ts";
import type { ClusterReader } from "./cluster-reader.ts";

/** The Lease of a migration that is held and not over. */
export interface RunningMigration {
  readonly holder: string;
  /** ISO 8601. */
  readonly renewedAt: string;
  /** Whether it was renewed meanwhile: one that was not belongs to a run that was killed, or that is slow. */
  readonly lives: boolean;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

export interface LeaseOptions {
  readonly now?: () => number;
  /** For how long a Lease that somebody holds is read. */
  readonly milliseconds?: number;
}

const moreReadings = 8;

/** Reads a Lease that somebody holds again and again for longer than a renewal takes; any other once. */
export async function readRunningMigration(
  reader: Pick<ClusterReader, "read">,
  { namespace, apis }: { readonly namespace: string; readonly apis: Pick<ClusterApis, "lease"> },
  { now = Date.now, milliseconds = renewalMilliseconds * 1.6 }: LeaseOptions = {},
): Promise<RunningMigration | undefined> {
  const path = `/apis/${apis.lease}/namespaces/${namespace}/leases/${leaseName}`;
  const readLease = async (): Promise<LeaseSpec> => ((await reader.read(path))?.spec as LeaseSpec | undefined) ?? {};
  const { holderIdentity: holder = "", renewTime: renewedAt = "", leaseDurationSeconds = 0 } = await readLease();
  const endsAt = Date.parse(renewedAt) + leaseDurationSeconds * 1000;
  if (holder === "" || !(endsAt > now())) return undefined;
  for (let readings = 0; readings < moreReadings; readings += 1) {
    await sleep(milliseconds / moreReadings);
    const { holderIdentity = "", renewTime = "" } = await readLease();
    if (holderIdentity === "") return undefined;
    if (holderIdentity !== holder || renewTime !== renewedAt) {
      return { holder: holderIdentity, renewedAt: renewTime, lives: true };
    }
  }
  return { holder, renewedAt, lives: false };
}
