import { describeFailure } from "../kubernetes/describe-failure.ts";
import type { PortForward } from "../kubernetes/port-forward.ts";
import type { ListLengths } from "./expected-lists.ts";
import { redactedLine } from "./redact-log.ts";

/** What Trident's REST API has to say of its state. */
export type ListAnswer =
  | { readonly kind: "lists"; readonly lengths: ListLengths }
  /** It may still come. */
  | { readonly kind: "notYet"; readonly seen: string }
  /** It has given up: a Trident whose start failed runs on and answers every call with the reason. */
  | { readonly kind: "failed"; readonly reason: string };

/** Asks for the three lists. What goes wrong is an answer, not an error. */
export async function askForLists(forward: Omit<PortForward, "close">): Promise<ListAnswer> {
  try {
    // The shortest first: it tells whether there is any use in asking for the others.
    const backends = await lengthOf(forward, "backend", "backends");
    const [volumes, storageClasses] = await Promise.all([
      lengthOf(forward, "volume", "volumes"),
      lengthOf(forward, "storageclass", "storageClasses"),
    ]);
    return { kind: "lists", lengths: { backends, volumes, storageClasses } };
  } catch (error) {
    if (error instanceof RefusedAnswer) return error.answer;
    return { kind: "notYet", seen: forward.lastFailure() ?? describeFailure(error) };
  }
}

class RefusedAnswer extends Error {
  readonly answer: ListAnswer;

  constructor(answer: ListAnswer) {
    super("Trident answers with an error");
    this.answer = answer;
  }
}

async function lengthOf(forward: Omit<PortForward, "close">, kind: string, field: string): Promise<number> {
  const url = `http://${forward.host}:${forward.port}/trident/v1/${kind}`;
  // A connection of its own, which does not outlive the port-forward.
  const headers = { connection: "close" };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(20_000) });
  const answer = parsed(await response.text());
  if (!response.ok) throw new RefusedAnswer(answerOf(response.status, answer.error));
  const names = answer[field];
  // A backend that could not be made leaves an empty name behind.
  return Array.isArray(names) ? names.filter((name) => name !== "").length : 0;
}

function answerOf(status: number, error: unknown): ListAnswer {
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
