import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { withoutThePlan } from "./without-the-plan.ts";

export const programNames = ["whole", "without the plan", "empty", "empty, with Pulumi"] as const;
export type ProgramName = (typeof programNames)[number];

/**
 * Writes a program into a new folder. All of them have the packages of this checkout, by a link, and run on its Node: two of
 * them are this checkout's program, the others have no resource.
 */
export async function writeProgram(name: ProgramName, folder: string): Promise<void> {
  await mkdir(folder);
  await symlink(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  switch (name) {
    case "whole":
      return writeCopy(folder, (program) => program);
    case "without the plan":
      return writeCopy(folder, withoutThePlan);
    case "empty":
      return writeEmpty(folder, "export default {};\n");
    case "empty, with Pulumi":
      return writeEmpty(folder, 'import "@pulumi/pulumi";\n\nexport default {};\n');
  }
}

/** The files at the top are copied, so that they find each other in the folder; what lies below is as in the checkout. */
async function writeCopy(folder: string, change: (program: string) => string): Promise<void> {
  const entries = await readdir(repositoryRoot, { withFileTypes: true });
  // A stack's settings are those of the folder's own stacks.
  const files = entries.filter((entry) => entry.isFile() && !/^\.|^Pulumi\..+\.yaml$/.test(entry.name));
  for (const { name } of files) await copyFile(join(repositoryRoot, name), join(folder, name));
  for (const name of ["components", "migration", "program"])
    await symlink(join(repositoryRoot, name), join(folder, name));
  const program = join(folder, "index.ts");
  await writeFile(program, change(await readFile(program, "utf8")));
}

async function writeEmpty(folder: string, program: string): Promise<void> {
  await writeFile(join(folder, "start.js"), program);
  await writeFile(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  const project = "name: empty\nmain: start.js\nruntime:\n  name: nodejs\n  options:\n";
  await writeFile(join(folder, "Pulumi.yaml"), `${project}    typescript: false\n    packagemanager: npm\n`);
}
