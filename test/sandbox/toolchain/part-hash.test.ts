import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { partHash } from "../../../sandbox/toolchain/part-hash.ts";
import type { ToolchainPart } from "../../../sandbox/toolchain/parts.ts";

const directory = mkdtempSync(join(tmpdir(), "part-hash-"));
after(() => {
  rmSync(directory, { recursive: true });
});

let count = 0;
function part(files: Record<string, string>, rest: Partial<ToolchainPart> = {}): ToolchainPart {
  const folder = join(directory, `part-${++count}`);
  for (const [path, content] of Object.entries({ "go.mod": "module m\n", ...files })) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return { name: "pause", folder, binaries: { pause: "." }, linkerFlags: "-s", minutes: 1, ...rest };
}

const original = { "main.go": "package main\n", "inner/a.go": "package inner\n" };

test("the same files have the same hash wherever they lie", () => {
  assert.match(partHash(part(original)), /^[0-9a-f]{12}$/);
  assert.equal(partHash(part(original)), partHash(part(original)));
});

const sharedFile = join(directory, "shared.sh");
writeFileSync(sharedFile, "true\n");

test("whatever goes into the binaries changes the hash", () => {
  const hashes = [
    part(original),
    part({ ...original, "main.go": "package main\n\n" }),
    part({ ...original, "inner/b.go": "package inner\n" }),
    part({ "main.go": original["main.go"], "other/a.go": original["inner/a.go"] }),
    part({ ...original, "go.sum": "x" }),
    part(original, { linkerFlags: "-s -w" }),
    part(original, { buildTags: "providerless" }),
    part(original, { sharedFiles: [sharedFile] }),
    part(original, { binaries: { pause: ".", other: "./other" } }),
    part(original, { embedded: { module: "example.invalid/m", files: [{ path: "a.json" }] } }),
  ].map(partHash);
  assert.equal(new Set(hashes).size, hashes.length);
});

test("tests, documents and the estimate of its duration leave the hash alone", () => {
  const withMore = part({ ...original, "main_test.go": "package main\n", "README.md": "# m\n" }, { minutes: 9 });
  assert.equal(partHash(withMore), partHash(part(original)));
});
