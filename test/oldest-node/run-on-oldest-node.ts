/**
 * Has the oldest Node that the project allows run the suites that are named on the command line, as this one would. Whatever they
 * start, Pulumi's plugins among it, runs on the Node that runs the suites.
 */
import { spawnSync } from "node:child_process";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { installOldestNode } from "./oldest-node.ts";

const program = await installOldestNode(console.log);
const options = { cwd: repositoryRoot, stdio: "inherit" } as const;
const { status } = spawnSync(program, ["test/run-suites.ts", ...process.argv.slice(2)], options);
process.exitCode = status ?? 1;
