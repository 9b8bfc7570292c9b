import { Readable } from "node:stream";
import { Exec, type V1Status } from "@kubernetes/client-node";
import { describeFailure } from "../wording/describe-failure.ts";
import type { ClusterClient } from "./cluster-client.ts";
import { PodExecRefusedError, withoutFullStop } from "./errors.ts";

export interface PodCommand {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The program and its arguments; no shell comes between. No place for secrets: the API server's audit log has it. */
  readonly command: readonly string[];
}

export interface PodExecOptions {
  /** Ends it, with its reason. */
  readonly interruption?: AbortSignal | undefined;
  /** How long nothing may come, while it is asked for, before the connection counts as lost. @default 60 */
  readonly silenceSeconds?: number;
}

/** A command in a pod ended with another exit status than 0, or never told how it ended. */
export class PodCommandError extends Error {
  override readonly name = "PodCommandError";
  /** Undefined where the command was not started, or the connection was lost. */
  readonly exitCode: number | undefined;

  constructor({ namespace, pod, command }: PodCommand, reason: string, exitCode?: number) {
    super(`${command[0] ?? ""} in pod ${pod} of namespace ${namespace} ${withoutFullStop(reason)}.`);
    this.exitCode = exitCode;
  }
}

/** As much of a command's standard error as is kept for the error's text. */
const keptOfErrors = 300;
/** As much of its output waits in memory, besides one frame, before no more is taken from the connection. */
const waitingBytes = 1024 * 1024;
/** The exit status may overtake the last of the output; the server closes when all is sent. */
const afterStatusSeconds = 5;

/**
 * Runs a command in a container, as `kubectl exec` does, and gives its standard output piece by piece, as fast as it is taken. Whoever
 * stops reading ends the connection. Raises PodCommandError for every end but exit status 0, and PodExecRefusedError.
 */
export async function* runInPod(
  cluster: ClusterClient,
  command: PodCommand,
  { interruption, silenceSeconds = 60 }: PodExecOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  interruption?.throwIfAborted();
  let socket: WebSocketLike | undefined;
  const output = new Readable({ highWaterMark: waitingBytes, read: () => socket?.resume() });
  // Raised to whoever reads; a failure before that must not end the process.
  output.on("error", () => undefined);
  const run = new CommandRun(command, output);
  const fail = (error: Error): void => {
    output.destroy(error);
  };
  const abort = (): void => {
    fail(interruption?.reason as Error);
  };
  const silence = setTimeout(() => {
    if (output.readableLength >= waitingBytes) silence.refresh();
    else fail(new PodCommandError(command, `was silent for ${silenceSeconds} s`));
  }, silenceSeconds * 1000);
  interruption?.addEventListener("abort", abort, { once: true });
  try {
    const opening = openWebSocket(cluster, command, (channel, piece) => {
      silence.refresh();
      if (!run.take(channel, piece)) socket?.pause();
    });
    void opening.then((opened) => {
      socket = opened;
      if (output.destroyed) opened.terminate();
      else
        opened.onclose = () => {
          run.end();
        };
    }, fail);
    yield* output as AsyncIterable<Buffer>;
  } finally {
    clearTimeout(silence);
    run.forget();
    interruption?.removeEventListener("abort", abort);
    socket?.terminate();
  }
}

/** All of a command's standard output, of which there is to be little. Raises what `runInPod` does. */
export async function textFromPod(
  cluster: ClusterClient,
  command: PodCommand,
  options?: PodExecOptions,
): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of runInPod(cluster, command, options)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Kubernetes' numbers of the streams in one WebSocket. */
const channels = { output: 1, errors: 2, status: 3 } as const;

/** What has come of a command so far. */
class CommandRun {
  readonly #command: PodCommand;
  readonly #output: Readable;
  #errors = "";
  #status: V1Status | undefined;
  #closing: NodeJS.Timeout | undefined;

  constructor(command: PodCommand, output: Readable) {
    this.#command = command;
    this.#output = output;
  }

  /** @returns false when no more is to come for now */
  take(channel: number, piece: Buffer): boolean {
    if (this.#output.destroyed) return true;
    if (channel === channels.output && piece.length > 0) return this.#output.push(piece);
    if (channel === channels.errors) this.#errors = (this.#errors + piece.toString("utf8")).slice(-keptOfErrors);
    if (channel === channels.status && piece.length > 0) {
      this.#status = JSON.parse(piece.toString("utf8")) as V1Status;
      this.#closing = setTimeout(() => {
        this.end();
      }, afterStatusSeconds * 1000);
    }
    return true;
  }

  /** To be called when the connection is closed. */
  end(): void {
    this.forget();
    if (this.#output.destroyed || this.#output.readableEnded) return;
    if (this.#status?.status === "Success") this.#output.push(null);
    else this.#output.destroy(this.#failure());
  }

  forget(): void {
    clearTimeout(this.#closing);
  }

  #failure(): PodCommandError {
    const words = this.#errors.trim();
    const said = words === "" ? "" : ` (${words})`;
    if (this.#status === undefined)
      return new PodCommandError(this.#command, `did not end: the connection was closed${said}`);
    const code = this.#status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
    if (code === undefined)
      return new PodCommandError(this.#command, `could not be run: ${this.#status.message ?? "no reason was given"}`);
    return new PodCommandError(this.#command, `ended with exit code ${code}${said}`, Number(code));
  }
}

/** What is used of a WebSocket here; its own types are not installed with client-node. */
interface WebSocketLike {
  onclose: (() => void) | null;
  pause(): void;
  resume(): void;
  terminate(): void;
}

async function openWebSocket(
  cluster: ClusterClient,
  { namespace, pod, container, command }: PodCommand,
  take: (channel: number, piece: Buffer) => void,
): Promise<WebSocketLike> {
  const query = new URLSearchParams({ container, stdout: "true", stderr: "true" });
  for (const word of command) query.append("command", word);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.toString()}`;
  try {
    // Not its `exec`: that knows no slow reader, and raises an error when output comes after the exit status.
    const { handler } = new Exec(cluster.configuration);
    const opened: unknown = await handler.connect(path, null, (channel, piece) => {
      take(channel, piece);
      return true;
    });
    return opened as WebSocketLike;
  } catch (error) {
    throw asRaised(error, namespace, pod, cluster.proxy);
  }
}

/** The WebSocket's library tells the API server's status in its words alone. */
function asRaised(error: unknown, namespace: string, pod: string, proxy?: string): Error {
  const reason = describeFailure(error);
  if (/server response: 403\b/.test(reason)) return new PodExecRefusedError(namespace, pod, { cause: error });
  const way = proxy === undefined ? "" : `through the proxy ${proxy}: `;
  return new Error(`pod ${pod}: ${way}${reason}`, { cause: error });
}
