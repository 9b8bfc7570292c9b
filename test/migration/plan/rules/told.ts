import assert from "node:assert/strict";
import type { Blocker } from "../../../../migration/blockers/blocker.ts";
import type { Findings, RiskKind } from "../../../../migration/plan/rules/findings.ts";

/** What a rule found, its risks by their messages; all of them are to be of the given kind. */
export function told(found: Findings, kind: RiskKind): { blockers: readonly Blocker[]; risks: string[] } {
  for (const risk of found.risks) assert.equal(risk.kind, kind, risk.message);
  return { blockers: found.blockers, risks: found.risks.map(({ message }) => message) };
}
