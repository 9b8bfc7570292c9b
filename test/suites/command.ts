import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

/** Runs a command in the repository with its output on the terminal; answers whether it succeeded. */
export async function succeeds(command: string, ...commandArguments: string[]): Promise<boolean> {
  const child = spawn(command, commandArguments, { cwd: repositoryRoot, env: environment(), stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

/** Runs a command in a folder of the repository and answers its standard output, whatever its exit code. */
export async function outputOf(folder: string, command: string, ...commandArguments: string[]): Promise<string> {
  const child = spawn(command, commandArguments, {
    cwd: path.join(repositoryRoot, folder),
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  await once(child, "close");
  return output;
}

function environment(): NodeJS.ProcessEnv {
  // The Node that runs this comes first: `make node-oldest` has another one than the project's run all of it.
  const folders = [path.dirname(process.execPath), path.join(repositoryRoot, "node_modules/.bin")];
  return { ...process.env, PATH: [...folders, process.env.PATH ?? ""].join(":") };
}
