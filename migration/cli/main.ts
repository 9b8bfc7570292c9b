import { readFileSync } from "node:fs";
import { EXIT_CODES } from "./exit-codes.ts";
import { failureReport } from "./show/failure-report.ts";
import type { Action } from "./words/flags.ts";
import { helpText } from "./words/help-text.ts";
import type { JobReport } from "./show/job-report.ts";
import { parseCommand, type Command } from "./words/parse-command.ts";

/**
 * The command from its words to its exit code. Results go to standard output, progress and errors to standard error; all of
 * it is written when this is done. Never throws.
 */
export async function main(words: readonly string[]): Promise<number> {
  let failure: Error | undefined;
  process.stdout.on("error", (error) => {
    failure ??= error;
  });
  process.stderr.on("error", () => undefined);
  const exitCode = await run(words);
  await flushed(process.stdout);
  // A reader that has seen enough, such as `head`, is no failure; a full disk is.
  const unwritten = failure !== undefined && !failure.message.includes("EPIPE") ? failure : undefined;
  if (unwritten !== undefined) {
    process.stderr.write(
      `trident-etcd: the result cannot be written to standard output (${unwritten.message}). The exit code would have been ${exitCode}\n`,
    );
  }
  await flushed(process.stderr);
  return unwritten !== undefined && exitCode === EXIT_CODES.done ? EXIT_CODES.failed : exitCode;
}

async function run(words: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = parseCommand(words);
  } catch (error) {
    return finish(failureReport(error), { action: undefined, json: words.includes("--json") });
  }
  switch (command.kind) {
    case "help":
      process.stdout.write(helpText(command.action));
      return EXIT_CODES.done;
    case "version":
      process.stdout.write(`trident-etcd ${commandVersion()}\n`);
      return EXIT_CODES.done;
    case "job": {
      // Loaded when needed: the engine and its gRPC client take longer to load than help takes to print.
      const { runJob } = await import("./jobs/run-job.ts");
      return finish(await runJob(command.job), command.job);
    }
    case "clusterJob": {
      const { runClusterJob } = await import("./jobs/run-cluster-job.ts");
      return finish(await runClusterJob(command.job), command.job);
    }
    case "claimJob": {
      const { runClaimJob } = await import("./jobs/run-claim-job.ts");
      return finish(await runClaimJob(command.job), command.job);
    }
    case "fileJob": {
      const { runFileJob } = await import("./jobs/run-file-job.ts");
      return finish(await runFileJob(command.job), command.job);
    }
  }
}

/** With --json standard output carries one document whatever happens; an error is told on standard error as well. */
function finish(
  { outcome, lines, document }: JobReport,
  { action, json }: { readonly action: Action | undefined; readonly json: boolean },
): number {
  const exitCode = EXIT_CODES[outcome];
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ command: action ?? null, outcome, exitCode, ...document }, undefined, 2)}\n`,
    );
  }
  const text = `${lines.join("\n")}\n`;
  if ("error" in document) {
    process.stderr.write(`trident-etcd: ${text}`);
  } else if (!json) {
    process.stdout.write(text);
  }
  return exitCode;
}

function flushed(output: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    output.write("", () => {
      resolve();
    });
  });
}

/** That of the package the command belongs to. */
function commandVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
