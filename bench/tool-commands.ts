import { join } from "node:path";

import { SERVER_NAME } from "../test/etcd-process.ts";
import type { BenchCredentials } from "./bench-etcd.ts";
import type { ToolName } from "./cases.ts";

/** The ports, on 127.0.0.1, at which a tool finds its two etcds, and what it is to copy. */
export interface CopyTask {
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
}

/** The command line of a tool. All but make-mirror say `done` and then stay until their input ends. */
export function toolCommand(
  tool: ToolName,
  peers: string,
  credentials: BenchCredentials,
  task: CopyTask,
): [program: string, ...args: string[]] {
  switch (tool) {
    case "ours-copy":
      return [...ourCommand(credentials, task)];
    case "ours-copy-verify":
      return [...ourCommand(credentials, task), "--verify"];
    case "make-mirror":
      return makeMirror(credentials, task);
    case "vendor-copy":
    case "go-concurrent":
      return peerCommand(peers, tool, credentials, task);
  }
}

/** The same engine with a snapshot's file as its source, and the verification. */
export function restoreCommand(
  credentials: BenchCredentials,
  { snapshot, to, prefix }: { readonly snapshot: string; readonly to: number; readonly prefix: string },
): [program: string, ...args: string[]] {
  const [program, ...args] = ourCommand(credentials, { from: 0, to, prefix });
  return [program, "--optimize-for-size", ...args, `--from-snapshot=${snapshot}`, "--verify"];
}

/** A program of bench/peers that works on both etcds. */
export function peerCommand(
  peers: string,
  program: "vendor-copy" | "go-concurrent" | "compare",
  credentials: BenchCredentials,
  { from, to, prefix }: CopyTask,
): [string, ...string[]] {
  const addresses = [`-from=127.0.0.1:${from}`, `-to=127.0.0.1:${to}`, `-prefix=${prefix}`];
  return [join(peers, program), ...addresses, ...peerTls(credentials)];
}

/** The TLS flags of the programs of bench/peers. */
export function peerTls({ authority, client }: BenchCredentials): string[] {
  return [`-cacert=${authority.certificateFile}`, `-cert=${client.certificateFile}`, `-key=${client.privateKeyFile}`];
}

function ourCommand({ authority, client }: BenchCredentials, { from, to, prefix }: CopyTask): [string, ...string[]] {
  return [
    // Garbage is cheap to collect here, and memory is measured: no more of it is to pile up than need be.
    ...([process.execPath, "--max-semi-space-size=2", join(import.meta.dirname, "copy-process.js")] as const),
    ...[`--from=${from}`, `--to=${to}`, `--prefix=${prefix}`],
    ...[`--cacert=${authority.certificateFile}`, `--cert=${client.certificateFile}`, `--key=${client.privateKeyFile}`],
    `--server-name=${SERVER_NAME}`,
  ];
}

/** Without a destination prefix, make-mirror keeps the keys as they are; --no-dest-prefix would cut the prefix off. */
function makeMirror({ authority, client }: BenchCredentials, { from, to, prefix }: CopyTask): [string, ...string[]] {
  return [
    "etcdctl",
    ...[`--endpoints=https://127.0.0.1:${from}`, `--cacert=${authority.certificateFile}`],
    ...[`--cert=${client.certificateFile}`, `--key=${client.privateKeyFile}`],
    ...["make-mirror", `--prefix=${prefix}`, "--dest-insecure-transport=false"],
    ...[`--dest-cacert=${authority.certificateFile}`, `--dest-cert=${client.certificateFile}`],
    ...[`--dest-key=${client.privateKeyFile}`, `https://127.0.0.1:${to}`],
  ];
}
