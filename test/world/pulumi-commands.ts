import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { isWait, type ToldStep } from "../e2e/engine-wait.ts";

/** What a pulumi command did, as the engine itself tells. */
export interface Run {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly printed: string;
  /** What the engine did, or would do, other than leave alone; the stack itself and its outputs are none of it. */
  readonly steps: readonly EngineStep[];
}

export interface EngineStep {
  /** Such as `create`, `update`, `delete`, `replace`. */
  readonly op: string;
  /** Such as `kubernetes:core/v1:Secret`. */
  readonly type: string;
  /** The name within the program. */
  readonly name: string;
  /** In Kubernetes, `NAMESPACE/NAME`; empty where it is not made yet. */
  readonly id: string;
  /** Whether it does more than wait for the object. */
  readonly changes: boolean;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
}

/** Starts a pulumi command in a process group of its own, as a shell starts it. */
export async function startPulumi(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Started> {
  const folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-world-events-"));
  const log = path.join(folder, "events");
  const watched = ["up", "preview", "destroy"].includes(words[0] ?? "") ? [`--event-log=${log}`] : [];
  const child = spawn("pulumi", [...words, "--non-interactive", "--color=never", ...watched], {
    cwd: repositoryRoot,
    // The log of events is among the flags for those who debug.
    env: { ...environment, PULUMI_DEBUG_COMMANDS: "true" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  const ended = once(child, "close").then(async ([code]) => {
    const events = await readFile(log, "utf8").catch(() => "");
    await rm(folder, { recursive: true });
    return { code: code as number | null, printed, steps: stepsOf(events) };
  });
  return { child, ended };
}

export async function runPulumi(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Run> {
  return (await startPulumi(words, environment)).ended;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: EventMetadata };
}

interface EventMetadata extends ToldStep {
  readonly urn: string;
  readonly old?: { readonly id?: string };
}

const leavesAlone = new Set(["same", "refresh", "read", "read-discard", "discard"]);

function stepsOf(events: string): EngineStep[] {
  return events
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line) => {
      const metadata = (JSON.parse(line) as EngineEvent).resourcePreEvent?.metadata;
      if (metadata === undefined || leavesAlone.has(metadata.op) || metadata.type === "pulumi:pulumi:Stack") return [];
      const { op, type, urn, old } = metadata;
      return [{ op, type, name: urn.split("::").at(-1) ?? "", id: old?.id ?? "", changes: !isWait(metadata) }];
    });
}
