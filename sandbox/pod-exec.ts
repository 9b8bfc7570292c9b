import { Writable } from "node:stream";
import { once, type EventEmitter } from "node:events";
import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";

export interface PodCommand {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}

export interface CommandOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** `undefined` when the API server did not say. */
  readonly exitCode: number | undefined;
}

/** Runs a command in a container, as `kubectl exec` does, and waits for its end; a failing command is no error here. */
export async function runInPod(kubeconfig: KubeConfig, request: PodCommand): Promise<CommandOutcome> {
  const stdout = collect();
  const stderr = collect();
  let status: V1Status | undefined;
  const socket: unknown = await new Exec(kubeconfig).exec(
    request.namespace,
    request.pod,
    request.container,
    [...request.command],
    stdout.stream,
    stderr.stream,
    null,
    false,
    (answer) => (status = answer),
  );
  // The status can arrive before the last bytes of output do; only the closed socket says that all is there.
  await once(socket as EventEmitter, "close");
  return { stdout: stdout.text(), stderr: stderr.text(), exitCode: exitCodeOf(status) };
}

function collect(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  // Nothing of it may still be on its way through a stream when the socket is closed.
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}

function exitCodeOf(status: V1Status | undefined): number | undefined {
  if (status?.status === "Success") return 0;
  const cause = status?.details?.causes?.find((candidate) => candidate.reason === "ExitCode");
  return cause?.message === undefined ? undefined : Number(cause.message);
}
