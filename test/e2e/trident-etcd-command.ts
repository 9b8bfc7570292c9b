import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { kubeconfigPath, repositoryRoot } from "../../sandbox/sandbox-paths.ts";

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const command = path.join(repositoryRoot, "migration/cli/trident-etcd.js");

/** Runs the project's own command on the sandbox, as an administrator would; a code other than 0 is no error here. */
export function tridentEtcd(...words: string[]): Promise<CommandRun> {
  return withoutCluster(...words, "--kubeconfig", kubeconfigPath);
}

/** The same, of what needs no cluster. */
export async function withoutCluster(...words: string[]): Promise<CommandRun> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [command, ...words])) };
  } catch (error) {
    return error as CommandRun;
  }
}
