import { describeFailure } from "../../wording/describe-failure.ts";
import type { PortForward } from "../../kubernetes/port-forward.ts";
import type { ListLengths } from "./expected-lists.ts";
import type { TridentNames } from "../state/check-state.ts";
import { redactedLine } from "../log/redact-log.ts";

/** What Trident's REST API has to say of its state. */
export type ListAnswer =
  | { readonly kind: "lists"; readonly lengths: ListLengths }
  /** It may still come. */
  | { readonly kind: "notYet"; readonly seen: string }
  /** It has given up: a Trident whose start failed runs on and answers every call with the reason. */
  | { readonly kind: "failed"; readonly reason: string };

/** The same with the names themselves. */
export type NamesAnswer =
  | { readonly kind: "names"; readonly names: TridentNames }
  | Exclude<ListAnswer, { readonly kind: "lists" }>;

/** Asks for the three lists. What goes wrong is an answer, not an error. */
export async function askForLists(forward: Omit<PortForward, "close">): Promise<ListAnswer> {
  const answer = await askForNames(forward);
  if (answer.kind !== "names") return answer;
  const { backends, volumes, storageClasses } = answer.names;
  const lengths = { backends: backends.length, volumes: volumes.length, storageClasses: storageClasses.length };
  return { kind: "lists", lengths };
}

/** As askForLists. */
export async function askForNames(forward: Omit<PortForward, "close">): Promise<NamesAnswer> {
  try {
    // The shortest first: it tells whether there is any use in asking for the others.
    const backends = await namesOf(forward, "backend", "backends");
    const [volumes, storageClasses] = await Promise.all([
      namesOf(forward, "volume", "volumes"),
      namesOf(forward, "storageclass", "storageClasses"),
    ]);
    return { kind: "names", names: { backends, volumes, storageClasses } };
  } catch (error) {
    if (error instanceof RefusedAnswer) return error.answer;
    return { kind: "notYet", seen: forward.lastFailure() ?? describeFailure(error) };
  }
}

type Refusal = Exclude<ListAnswer, { readonly kind: "lists" }>;

class RefusedAnswer extends Error {
  readonly answer: Refusal;

  constructor(answer: Refusal) {
    super("Trident answers with an error");
    this.answer = answer;
  }
}

async function namesOf(forward: Omit<PortForward, "close">, kind: string, field: string): Promise<string[]> {
  const url = `http://${forward.host}:${forward.port}/trident/v1/${kind}`;
  // A connection of its own, which does not outlive the port-forward.
  const headers = { connection: "close" };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(20_000) });
  const answer = parsed(await response.text());
  if (!response.ok) throw new RefusedAnswer(answerOf(response.status, answer.error));
  const names = answer[field];
  // A backend that could not be made leaves an empty name behind.
  return Array.isArray(names) ? names.map(String).filter((name) => name !== "") : [];
}

function answerOf(status: number, error: unknown): Refusal {
  const reason = typeof error === "string" ? redactedLine(error) : "no reason given";
  return reason.includes("initialization failed")
    ? { kind: "failed", reason: `its REST API answers with ${status}: ${reason}` }
    : { kind: "notYet", seen: `its REST API answers with ${status}: ${reason}` };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const answer = JSON.parse(text) as unknown;
    return typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
