import { leaseName } from "../lease/errors.ts";
import type { ClusterReader } from "./cluster-reader.ts";

/** The Lease of a migration, held by whoever runs it. */
export interface RunningMigration {
  readonly holder: string;
  /** ISO 8601. */
  readonly renewedAt: string;
  readonly durationSeconds: number;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

export async function findRunningMigration(
  reader: Pick<ClusterReader, "read">,
  { namespace }: { readonly namespace: string },
): Promise<RunningMigration | undefined> {
  const lease = await reader.read(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${leaseName}`);
  const {
    holderIdentity = "",
    renewTime = "",
    leaseDurationSeconds = 0,
  } = (lease?.spec as LeaseSpec | undefined) ?? {};
  return holderIdentity === ""
    ? undefined
    : { holder: holderIdentity, renewedAt: renewTime, durationSeconds: leaseDurationSeconds };
}

/** A risk: only the migration itself waits long enough to tell a run that lives from one that was killed. */
export function judgeRunning(running: RunningMigration | undefined, now: Date): string[] {
  if (running === undefined) return [];
  const ends = Date.parse(running.renewedAt) + running.durationSeconds * 1000;
  if (!(ends > now.getTime())) return [];
  return [
    `Another migration seems to be running: ${running.holder} holds Lease ${leaseName}, renewed ${running.renewedAt}. ` +
      "A second one is refused while the first one lives.",
  ];
}
