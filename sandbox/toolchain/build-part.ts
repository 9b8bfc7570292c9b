import { execFile, spawn } from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { formatDuration } from "../progress.ts";
import { partFiles } from "./part-hash.ts";
import { goBuildEnvironment, goVersion } from "./parts.ts";
import type { ToolchainPart } from "./parts.ts";
import { partDirectory } from "./toolchain.ts";

/** Go is needed to build a part and the machine has none. */
export class GoMissingError extends Error {
  override readonly name = "GoMissingError";
  constructor(part: string) {
    super(
      `Building ${part} needs Go, and no \`go\` is on the PATH. Install Go 1.21 or newer (it fetches ${goVersion} by itself), ` +
        "or set TRIDENT_ETCD_CACHE to a cache that holds the built toolchain.",
    );
  }
}

/** The Go build of a part failed; the message has the end of its log. */
export class PartBuildError extends Error {
  override readonly name = "PartBuildError";
  constructor(part: string, logPath: string) {
    const end = readFileSync(logPath, "utf8").trimEnd().split("\n").slice(-15).join("\n  ");
    super(`Building ${part} failed. The end of ${logPath}:\n  ${end}`);
  }
}

const heartbeatMilliseconds = 30_000;

/**
 * Builds all binaries of the part in a directory beside the final one and renames it when all are there, so that an
 * interrupted build leaves nothing that looks complete.
 * @throws GoMissingError, PartBuildError
 */
export async function buildPart(part: ToolchainPart, report: (line: string) => void): Promise<void> {
  const target = partDirectory(part);
  const work = `${target}.building`;
  rmSync(work, { recursive: true, force: true });
  const source = join(work, "source");
  const output = join(work, "output");
  mkdirSync(output, { recursive: true });
  for (const [file, path] of partFiles(part)) cpSync(path, join(source, file));
  const logPath = join(dirname(target), `${part.name}.log`);
  writeFileSync(logPath, "");

  const go = new GoCommands(part.name, source, logPath);
  const stopHeartbeat = startHeartbeat(part, report);
  try {
    await copyEmbeddedFiles(part, go, source);
    if (existsSync(join(source, "prepare.sh"))) await go.run(["prepare.sh"], "bash");
    const flags = ["-ldflags", part.linkerFlags, "-tags", part.buildTags ?? ""];
    for (const [binary, goPackage] of Object.entries(part.binaries)) {
      await go.run(["build", ...flags, "-o", join(output, binary), goPackage]);
    }
  } finally {
    stopHeartbeat();
  }
  renameSync(output, target);
  rmSync(work, { recursive: true, force: true });
}

async function copyEmbeddedFiles({ embedded }: ToolchainPart, go: GoCommands, source: string): Promise<void> {
  if (embedded === undefined) return;
  await go.run(["mod", "download", embedded.module]);
  const moduleDirectory = await go.read(["list", "-m", "-f", "{{.Dir}}", embedded.module]);
  for (const { path, version } of embedded.files) {
    const content = readFileSync(join(moduleDirectory, path), "utf8");
    writeFileSync(join(source, basename(path)), version === undefined ? content : withVersion(content, version));
  }
}

/** The JSON document with its top-level `version` set. */
export function withVersion(document: string, version: string): string {
  return JSON.stringify({ ...(JSON.parse(document) as Record<string, unknown>), version });
}

function startHeartbeat(part: ToolchainPart, report: (line: string) => void): () => void {
  const startedAt = Date.now();
  const timer = setInterval(() => {
    const elapsed = formatDuration((Date.now() - startedAt) / 1000);
    report(`still building ${part.name}: ${elapsed} of about ${formatDuration(part.minutes * 60)}`);
  }, heartbeatMilliseconds);
  return () => {
    clearInterval(timer);
  };
}

class GoCommands {
  readonly #part: string;
  readonly #directory: string;
  readonly #logPath: string;
  readonly #environment = { ...process.env, ...goBuildEnvironment, GOTOOLCHAIN: goVersion };

  constructor(part: string, directory: string, logPath: string) {
    this.#part = part;
    this.#directory = directory;
    this.#logPath = logPath;
  }

  /** Runs `go`, or another program that does, with its output in the log. */
  async run(commandArguments: string[], program = "go"): Promise<void> {
    const log = openSync(this.#logPath, "a");
    try {
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        const child = spawn(program, commandArguments, {
          cwd: this.#directory,
          env: this.#environment,
          stdio: ["ignore", log, log],
        });
        child.once("error", reject);
        child.once("exit", resolve);
      });
      if (exitCode !== 0) throw new PartBuildError(this.#part, this.#logPath);
    } catch (error) {
      throw this.#explain(error);
    } finally {
      closeSync(log);
    }
  }

  async read(commandArguments: string[]): Promise<string> {
    try {
      const options = { cwd: this.#directory, env: this.#environment };
      return (await promisify(execFile)("go", commandArguments, options)).stdout.trim();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return missing ? new GoMissingError(this.#part) : error;
  }
}
