import { setTimeout as sleep } from "node:timers/promises";
import { leaseName } from "../../../lease/errors.ts";
import { renewalMilliseconds } from "../../../lease/held-lease.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { ClusterReader } from "../../read/cluster-reader.ts";

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
export async function findRunningMigration(
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

/** A blocker while it lives: a second run would change what the first one relies on. One that was killed is only a risk. */
export function judgeRunning(
  running: RunningMigration | undefined,
  namespace: string,
): { blockers: Blocker[]; risks: string[] } {
  if (running === undefined) return { blockers: [], risks: [] };
  const { holder, renewedAt } = running;
  const held = `${holder} holds Lease ${leaseName} in namespace ${namespace}`;
  if (!running.lives) {
    return {
      blockers: [],
      risks: [
        `${held}, renewed last at ${renewedAt}: a migration that was killed, it seems. The next one waits until it may take ` +
          "the Lease over, and ends what that one began.",
      ],
    };
  }
  const blocker: Blocker = {
    kind: "anotherMigration",
    object: `Lease/${leaseName}`,
    message: `Another migration is running: ${held} and keeps renewing it.`,
    remedy: `Wait until it has ended (\`kubectl --namespace ${namespace} get lease ${leaseName}\` finds none then), and run this again.`,
  };
  return { blockers: [blocker], risks: [] };
}
