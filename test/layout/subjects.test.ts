import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import typescript from "typescript";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { alsoCovered } from "./also-covered.ts";

const sources = globSync("{program,components,migration}/**/*.ts", {
  cwd: repositoryRoot,
  exclude: ["**/node_modules/**"],
}).sort();
const elsewhere = new Map(
  Object.entries(alsoCovered).flatMap(([test, covered]) => covered.map((each) => [each, test])),
);

describe("each source of the product", () => {
  it("has a test of its name at the same path, or is said to be covered by another one", () => {
    const uncovered = sources.filter((source) => !hasOwnTest(source) && !elsewhere.has(source));
    assert.deepEqual(uncovered, []);
  });

  it("is said to be covered by another test only while it is there and has none of its own", () => {
    const stale = [...elsewhere.keys()].filter((source) => !sources.includes(source) || hasOwnTest(source));
    assert.deepEqual(stale, []);
  });

  it("is reached by the test that is said to cover it", () => {
    for (const [test, covered] of Object.entries(alsoCovered)) {
      const reached = reachedFrom(test);
      for (const source of covered) assert.ok(reached.has(source), `${test} does not reach ${source}`);
    }
  });
});

function hasOwnTest(source: string): boolean {
  return existsSync(path.join(repositoryRoot, "test", source.replace(/\.ts$/, ".test.ts")));
}

/** All files of the repository that it loads or, by a path to it, runs. */
function reachedFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const next of filesNamedIn(file)) reachedFrom(next, seen);
  return seen;
}

function filesNamedIn(file: string): string[] {
  const text = readFileSync(path.join(repositoryRoot, file), "utf8");
  const imported = typescript.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const run = [...text.matchAll(/new URL\("(\.[^"]+)"/g)].map(([, place = ""]) => place);
  return [...imported, ...run].flatMap((name) => {
    const found = placeOf(file, name);
    return found !== undefined && /\.[tj]s$/.test(found) && existsSync(path.join(repositoryRoot, found)) ? [found] : [];
  });
}

/** The package's modules by the names that it exports, those beside a file by their paths. */
function placeOf(file: string, name: string): string | undefined {
  if (name.startsWith(".")) return path.normalize(path.join(path.dirname(file), name));
  if (!name.startsWith(packageName)) return undefined;
  const asked = `.${name.slice(packageName.length)}`;
  return path.normalize(path.join("migration", packageExports[asked] ?? asked));
}

const packageName = "@trident-etcd/migration";
const { exports: packageExports } = JSON.parse(
  readFileSync(path.join(repositoryRoot, "migration/package.json"), "utf8"),
) as { exports: Readonly<Record<string, string | undefined>> };
