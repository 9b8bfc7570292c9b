import type { Blocker } from "../../blockers/blocker.ts";

/** What a rule answers. */
export interface Findings {
  readonly blockers: readonly Blocker[];
  readonly risks: readonly Risk[];
}

/**
 * What a risk is about, the heaviest first: `state`, that it may be lost or be another; `service`, that Trident or its etcd may not
 * come to serve, or not for long; `knowledge`, what the plan could not find out.
 */
export type RiskKind = "state" | "service" | "knowledge";

const byWeight: readonly RiskKind[] = ["state", "service", "knowledge"];

/** What goes on nevertheless, and the user should know of. Only what the user can do something about. */
export interface Risk {
  readonly kind: RiskKind;
  readonly message: string;
}

/** The messages of what was found, the heaviest first; of the same weight as they came. */
export function inOrderOfWeight(risks: readonly Risk[]): string[] {
  return byWeight.flatMap((kind) => risks.filter((risk) => risk.kind === kind).map(({ message }) => message));
}

export const nothingFound: Findings = { blockers: [], risks: [] };

export function blockedBy(...blockers: readonly Blocker[]): Findings {
  return { blockers, risks: [] };
}

export function atRisk(kind: RiskKind, ...messages: readonly string[]): Findings {
  return { blockers: [], risks: messages.map((message) => ({ kind, message })) };
}

export function together(...found: readonly Findings[]): Findings {
  return { blockers: found.flatMap(({ blockers }) => blockers), risks: found.flatMap(({ risks }) => risks) };
}
