import type { Settings } from "./settings.ts";

/** What does not go together in the settings that say what is done, a sentence each. */
export function checkFlows({ migrate, rollback, abandonedClaim, legacyClaim }: Settings): string[] {
  const problems: string[] = [];
  if (rollback && !migrate) {
    problems.push(
      "rollback is true and migrate is false: what can be rolled back is a migration, which goes with migrate. " +
        'Set it with "pulumi config set migrate true", or remove rollback with "pulumi config rm rollback".',
    );
  }
  if (migrate && abandonedClaim.includes(legacyClaim)) {
    problems.push(
      `migrate is true and abandonedClaim names ${legacyClaim}, whose state would be migrated if it came to that. ` +
        'Remove one of them: "pulumi config rm abandonedClaim" or "pulumi config set migrate false".',
    );
  }
  return problems;
}
