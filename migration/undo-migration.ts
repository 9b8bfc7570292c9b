import type { Written } from "./copy/copy-until-verified.ts";
import { removeCopiedKeys } from "./copy/remove-copied-keys.ts";
import { describeFailure } from "./kubernetes/describe-failure.ts";
import { withoutFullStop } from "./kubernetes/errors.ts";
import type { LegacyTrident } from "./legacy/legacy-trident.ts";
import { sourcePodName } from "./legacy/legacy-pod-template.ts";
import type { MigrationEnvironment } from "./migration-environment.ts";
import { MigrationError, type LegacyOutcome } from "./migration-error.ts";
import type { OpenStore } from "./stores/forwarded-store.ts";

export const writtenNothing: Written = { revisions: new Set(), unanswered: [] };

/**
 * Takes back what the migration did, the old Trident's return before all: a step that fails is told of in the error, and
 * the next is taken all the same. Answers with the error to raise.
 */
export async function undoMigration(options: {
  readonly environment: MigrationEnvironment;
  readonly legacy: LegacyTrident;
  readonly destination: OpenStore | undefined;
  readonly written: Written;
  readonly during: string;
  readonly cause: unknown;
  readonly report?: (line: string) => void;
}): Promise<MigrationError> {
  const { environment, legacy, during, cause } = options;
  options.report?.(`Failed while ${during}; putting the old Trident back.`);
  const leftBehind: string[] = [];
  await environment.removeSourcePod().catch((error: unknown) => {
    leftBehind.push(sourcePodLeft(environment, error));
  });
  // The old Trident first: the keys are only in the way of the next run.
  const outcome = await restore(environment, legacy);
  const keysLeft = await removeKeys(options);
  if (keysLeft !== undefined) leftBehind.push(keysLeft);
  return new MigrationError({ during, cause, legacy: outcome, leftBehind });
}

async function restore(environment: MigrationEnvironment, legacy: LegacyTrident): Promise<LegacyOutcome> {
  try {
    return { kind: "restored", replicas: await environment.restoreLegacy(legacy) };
  } catch (why) {
    const replicas = Math.max(legacy.replicas, 1);
    const command = `kubectl --namespace ${legacy.namespace} scale deployment ${legacy.name} --replicas=${replicas}`;
    return { kind: "notRestored", why, command };
  }
}

async function removeKeys(options: {
  readonly environment: MigrationEnvironment;
  readonly destination: OpenStore | undefined;
  readonly written: Written;
}): Promise<string | undefined> {
  const { destination, environment, written } = options;
  if (destination === undefined) return undefined;
  try {
    await removeCopiedKeys({
      destination,
      range: environment.range,
      writtenRevisions: written.revisions,
      unanswered: written.unanswered,
    });
    return undefined;
  } catch (error) {
    return (
      `Keys that were copied could not all be removed from ${destination.description} ` +
      `(${withoutFullStop(describeFailure(error))}); the next run uses those that still are equal and names the others.`
    );
  }
}

function sourcePodLeft(environment: MigrationEnvironment, error: unknown): string {
  return (
    `Pod ${sourcePodName} could not be removed (${withoutFullStop(describeFailure(error))}): remove it with ` +
    `\`kubectl --namespace ${environment.namespace} delete pod ${sourcePodName}\`, it holds the old Trident's volume.`
  );
}
