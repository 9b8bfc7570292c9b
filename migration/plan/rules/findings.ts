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

/** All of one kind. */
export function risksOf(kind: RiskKind, messages: readonly string[]): Risk[] {
  return messages.map((message) => ({ kind, message }));
}
