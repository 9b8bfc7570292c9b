import { readFileSync } from "node:fs";

import { run } from "../machine/commands.ts";

/**
 * The bytes of the programs and of the libraries they are linked to, by path in the image. Libraries keep the machine's
 * path, which is where a program looks for them.
 */
export async function readPrograms(programs: Readonly<Record<string, string>>): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for (const [imagePath, machinePath] of Object.entries(programs)) {
    contents.set(imagePath, readFileSync(machinePath));
    for (const library of await linkedLibraries(machinePath)) contents.set(library, readFileSync(library));
  }
  return contents;
}

async function linkedLibraries(program: string): Promise<string[]> {
  try {
    return parseLinkedLibraries(await run("ldd", [program]));
  } catch {
    // ldd ends with an error for a program that is linked to nothing.
    return [];
  }
}

/** The absolute paths in what `ldd` prints: `libc.so.6 => /lib/libc.so.6 (0x...)` and `/lib64/ld.so (0x...)`. */
export function parseLinkedLibraries(output: string): string[] {
  return [...output.matchAll(/(?:^\s*|=>\s*)(\/\S+)\s+\(0x/gm)].map((match) => match[1] ?? "");
}
