import type { MigrationRecordInvalidError } from "../../../record/migration-record.ts";
import type { Blocker } from "../../../blockers/blocker.ts";

/** The error says what is wrong in its first sentence, and what to do about it in its others. */
export function invalidRecord({ message }: MigrationRecordInvalidError, record: string): Blocker {
  const end = message.indexOf(". ") + 1;
  return {
    kind: "recordInvalid",
    object: `ConfigMap/${record}`,
    message: message.slice(0, end),
    remedy: message.slice(end + 1),
  };
}
