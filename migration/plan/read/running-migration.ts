import { setTimeout as sleep } from "node:timers/promises";
import { leaseName } from "../../lease/errors.ts";
import { renewalMilliseconds } from "../../lease/held-lease.ts";
import type { ClusterReader } from "./cluster-reader.ts";

/** The Lease of a migration that is held and not over. */
export interface RunningMigration {
  readonly holder: string;
  /** ISO 8601. */
  readonly renewedAt: string;
  /** Whether it was renewed while we looked: one that was not belongs to a run that was killed, or that is slow. */
  readonly lives: boolean;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

export interface LookOptions {
  readonly now?: () => number;
  /** For how long a Lease that somebody holds is looked at. */
  readonly milliseconds?: number;
}

const moreLooks = 8;

/** Looks at a Lease that somebody holds for longer than a renewal takes; at any other once. */
export async function readRunningMigration(
  reader: Pick<ClusterReader, "read">,
  { namespace }: { readonly namespace: string },
  { now = Date.now, milliseconds = renewalMilliseconds * 1.6 }: LookOptions = {},
): Promise<RunningMigration | undefined> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${leaseName}`;
  const look = async (): Promise<LeaseSpec> => ((await reader.read(path))?.spec as LeaseSpec | undefined) ?? {};
  const { holderIdentity: holder = "", renewTime: renewedAt = "", leaseDurationSeconds = 0 } = await look();
  const endsAt = Date.parse(renewedAt) + leaseDurationSeconds * 1000;
  if (holder === "" || !(endsAt > now())) return undefined;
  for (let looks = 0; looks < moreLooks; looks += 1) {
    await sleep(milliseconds / moreLooks);
    const { holderIdentity = "", renewTime = "" } = await look();
    if (holderIdentity === "") return undefined;
    if (holderIdentity !== holder || renewTime !== renewedAt) {
      return { holder: holderIdentity, renewedAt: renewTime, lives: true };
    }
  }
  return { holder, renewedAt, lives: false };
}
