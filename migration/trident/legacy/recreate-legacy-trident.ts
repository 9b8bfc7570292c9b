import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isConflict, isNotFound, withoutFullStop } from "../../kubernetes/errors.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import { describePod, isActive, listPods } from "../../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { describeLengths, type ListLengths } from "../rest/expected-lists.ts";
import { waitUntilItLists } from "../rest/wait-until-it-lists.ts";
import { readDeployment, type LegacyTrident } from "./legacy-trident.ts";
import { createFromRecord } from "./restore-legacy-trident.ts";

/** The legacy Trident was started, and does not serve what was carried back. */
export class LegacyNotServingError extends Error {
  override readonly name = "LegacyNotServingError";

  constructor(options: {
    readonly legacy: LegacyTrident;
    readonly expected: ListLengths;
    readonly reason: unknown;
    /** Without secrets. */
    readonly log: readonly string[];
  }) {
    const { legacy, expected, reason, log } = options;
    const lastWords =
      log.length === 0
        ? "It logged nothing"
        : `The last lines of its log:\n${log.map((line) => `    ${line}`).join("\n")}\n`;
    super(
      `The old Trident (${legacy.tridentImage}, Deployment ${legacy.name} in namespace ${legacy.namespace}) was to list ` +
        `${describeLengths(expected)}, and does not: ${withoutFullStop(describeFailure(reason))}. ${lastWords}`,
    );
  }
}

/** Makes the legacy Deployment anew, with all fields that it had. Answers with its uid. */
export async function recreateLegacyTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  record: MigrationRecord,
): Promise<string> {
  try {
    await createFromRecord(cluster, legacy, record.legacyDeployment);
  } catch (error) {
    // Another one that took the name meanwhile is not ours to remove. After a lost answer what counts is whether it is there.
    if (isConflict(error) || (await readDeployment(cluster, legacy.namespace, legacy.name)) === undefined) throw error;
  }
  const made = await readDeployment(cluster, legacy.namespace, legacy.name);
  return made?.metadata?.uid ?? "";
}

/** Deletes it on the condition that it has that uid, and waits until nothing of its pods runs. */
export async function removeRecreatedLegacyTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  uid: string,
  timeoutSeconds: number,
): Promise<void> {
  const { namespace, name, selector } = legacy;
  const body = { preconditions: { uid }, propagationPolicy: "Foreground" };
  await cluster.apps.deleteNamespacedDeployment({ namespace, name, body }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  const awaited = `Deployment ${name} in namespace ${namespace} and its pods to be gone`;
  await waitUntil({ awaited, timeoutSeconds, intervalMilliseconds: 200 }, async () => {
    const found = await readDeployment(cluster, namespace, name);
    if (found?.metadata?.uid === uid) return seenSoFar("it is still listed");
    const running = (await listPods(cluster, namespace, selector)).filter((pod) => isActive(pod) && !isOurs(pod));
    return running.length === 0 ? seenDone(undefined) : seenSoFar(running.map(describePod).join(", "));
  });
}

/**
 * Waits until its pod is ready and its REST API lists all that is expected; no longer than there is hope. Raises
 * LegacyNotServingError, or the reason of the interruption.
 */
export async function waitUntilLegacyServes(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  expected: ListLengths,
  patience: Patience,
): Promise<void> {
  const { namespace, name, selector } = legacy;
  await waitUntilItLists(cluster, {
    ...{ namespace, selector, expected, ...patience },
    called: `Deployment ${name}`,
    // The new Trident may have the same labels as the legacy one, and ours besides.
    isMeant: (pod) => !isOurs(pod),
    tooLittle: (found) => `it lists ${describeLengths(found)}`,
    failure: ({ reason, log }) => new LegacyNotServingError({ legacy, expected, reason, log }),
  });
}
