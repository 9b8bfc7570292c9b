import { leaseName } from "../../../lease/lease-place.ts";
import type { RunningMigration } from "../../read/running-migration.ts";
import { atRisk, blockedBy, nothingFound, type Findings } from "../findings.ts";

/** A blocker while it lives: a second run would change what the first one relies on. One that was killed is only a risk. */
export function checkRunningMigration(running: RunningMigration | undefined, namespace: string): Findings {
  if (running === undefined) return nothingFound;
  const { holder, renewedAt } = running;
  const held = `${holder} holds Lease ${leaseName} in namespace ${namespace}`;
  if (!running.lives) {
    return atRisk(
      "service",
      `${held}, renewed last at ${renewedAt}: a migration that was killed, it seems. The next one waits until it may take ` +
        "the Lease over, and ends what that one began.",
    );
  }
  return blockedBy({
    kind: "anotherMigration",
    object: `Lease/${leaseName}`,
    message: `Another migration is running: ${held} and keeps renewing it.`,
    remedy: `Wait until it has ended (\`kubectl --namespace ${namespace} get lease ${leaseName}\` finds none then), and run this again.`,
  });
}
