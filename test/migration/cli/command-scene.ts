import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EtcdProcess } from "../../etcd-process.ts";
import { startEtcdPair, type EtcdPair } from "../copy/copy-scene.ts";

/** Two real etcds, and the words that lead the command to them. */
export interface CommandScene extends EtcdPair {
  readonly directory: string;
  /** All flags for both sides. */
  readonly sides: readonly string[];
  stop(): Promise<void>;
}

export async function startScene(): Promise<CommandScene> {
  const directory = await mkdtemp(join(tmpdir(), "trident-etcd-command-"));
  const pair = await startEtcdPair();
  return {
    ...pair,
    directory,
    sides: [
      ...(await flagsFor("from", pair.source, directory)),
      ...(await flagsFor("to", pair.destination, directory)),
    ],
    async stop() {
      await pair.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Writes the client's certificate to files named after the side, and gives the flags for them. */
export async function flagsFor(side: "from" | "to", etcd: EtcdProcess, directory: string): Promise<string[]> {
  const { port, tls } = etcd;
  const files = {
    cacert: tls.certificateAuthority,
    cert: tls.certificate,
    key: tls.privateKey,
  };
  const flags = [`--${side}`, `https://127.0.0.1:${port}`, `--${side}-server-name`, tls.serverName];
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, `${side}-${name}.pem`);
    await writeFile(path, content);
    flags.push(`--${side}-${name}`, path);
  }
  return flags;
}

/** The same flags with one value exchanged. */
export function withFlag(flags: readonly string[], name: string, value: string): string[] {
  return flags.map((word, index) => (flags[index - 1] === name ? value : word));
}

export function withoutFlag(flags: readonly string[], name: string): string[] {
  return flags.filter((word, index) => word !== name && flags[index - 1] !== name);
}
