/**
 * Takes out of a copy of the engine what the promise rests on, one thing at a time, and demands that the fault suite turns
 * red each time; the engine as it is has to pass the same tests first. Exits 1 when a mutant survives.
 */
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "node:test";

interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly original: string;
  readonly mutant: string;
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: "no guard: a transaction compares the keys' leases, which are 0 whether a key exists or not",
    file: "migration/etcd/messages/key-messages.ts",
    original: "export const CREATE_REVISION = 1;",
    mutant: "export const CREATE_REVISION = 4;",
  },
  {
    name: "no pinned revision: each page shows the latest state",
    file: "migration/etcd/messages/key-messages.ts",
    original: "writer.bigint(4, revision ?? 0n);",
    mutant: "writer.bigint(4, 0n * (revision ?? 0n));",
  },
  {
    name: "no verification: differences are not looked at",
    file: "migration/copy/compare/differences.ts",
    original: "if (this.count > 0) {",
    mutant: "if (this.count < 0) {",
  },
];

const FILES = ["lost-messages", "source-changes", "destination-contents"].map(
  (name) => `test/faults/rows/${name}.test.ts`,
);
const TESTS = [/^row 1:/, /^row 5:/, /^row 19:/];

const repository = path.resolve(import.meta.dirname, "../..");

let survivors = 0;
const red = await runTests(undefined);
if (red.length > 0) {
  console.log(`the engine as it is fails already: ${red.join("; ")}`);
  survivors += 1;
} else {
  console.log(`green: the engine as it is`);
  for (const mutation of MUTATIONS) {
    const failures = await runTests(mutation);
    survivors += failures.length > 0 ? 0 : 1;
    console.log(failures.length > 0 ? `red: ${mutation.name}` : `SURVIVED: ${mutation.name}`);
    for (const failure of failures) console.log(`  ${failure}`);
  }
}
console.log(`mutations=${MUTATIONS.length} survived=${survivors}`);
process.exitCode = survivors > 0 ? 1 : 0;

/** The names of the tests that fail against a copy of the repository with the mutation in it. */
async function runTests(mutation: Mutation | undefined): Promise<string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), "mutant-"));
  try {
    for (const part of ["migration", "test", "package.json"]) {
      await cp(path.join(repository, part), path.join(directory, part), {
        recursive: true,
        filter: (file) => path.basename(file) !== "node_modules",
      });
    }
    await symlink(path.join(repository, "node_modules"), path.join(directory, "node_modules"));
    if (mutation !== undefined) {
      await mutate(path.join(directory, mutation.file), mutation);
    }
    return await failuresIn(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function mutate(file: string, { name, original, mutant }: Mutation): Promise<void> {
  const parts = (await readFile(file, "utf8")).split(original);
  if (parts.length !== 2) {
    throw new Error(`mutation "${name}": "${original}" stands ${parts.length - 1} times in ${file}, not once`);
  }
  await writeFile(file, parts.join(mutant));
}

async function failuresIn(directory: string): Promise<string[]> {
  let passed = 0;
  const failures: string[] = [];
  const events = run({
    files: FILES.map((file) => path.join(directory, file)),
    testNamePatterns: TESTS,
    concurrency: 2,
    timeout: 120_000,
  });
  events.on("test:pass", () => (passed += 1));
  events.on("test:fail", ({ name, details }) => {
    failures.push(`${name} (${firstLine(details.error)})`);
  });
  await once(events.resume(), "end");
  if (passed + failures.length === 0) {
    throw new Error("no test ran");
  }
  return failures;
}

function firstLine(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.message.split("\n")[0]?.slice(0, 120) ?? "";
}
