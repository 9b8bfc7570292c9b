import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const page = readFileSync(join(repositoryRoot, "docs", "clusters.md"), "utf8");
const entries = [...page.matchAll(/^- ([A-Z]\d): `([^`]+)`(?: "(.+)")?$/gm)].map(([, key, file, name]) => ({
  ...{ key: key ?? "", file: file ?? "", name },
}));
const cells = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| -"))
  .slice(1)
  .flatMap((line) => line.split("|").slice(2, 7))
  .flatMap((cell) => cell.split(","))
  .map((cell) => cell.trim())
  .filter((cell) => cell !== "");

describe("the page on clusters", () => {
  it("names for each cell a test that is there", () => {
    assert.ok(entries.length > 20);
    for (const { key, file, name } of entries) {
      const path = join(repositoryRoot, file);
      assert.ok(existsSync(path), `${key}: there is no ${file}`);
      if (name !== undefined) assert.ok(readFileSync(path, "utf8").includes(name), `${key}: ${file} has no ${name}`);
    }
  });

  it("has in its cells the tests below it, and all of them", () => {
    assert.deepEqual([...new Set(cells)].sort(), entries.map(({ key }) => key).sort());
  });
});
