import assert from "node:assert/strict";
import { test } from "node:test";
import { libraryManifest, migrationManifest, type Manifest } from "../../package/package-manifest.ts";

const program: Manifest = {
  name: "a-library",
  version: "1.2.3",
  description: "of a program",
  license: "Apache-2.0",
  engines: { node: ">=22" },
  dependencies: { "@pulumi/kubernetes": "4.0.1", "@pulumi/pulumi": "3.0.1", "@pulumi/tls": "5.0.1", node: "24.0.0" },
};

test("publishes the library with one entry point, and keeps from it what is the program's alone", () => {
  const published = libraryManifest({ ...program, private: true, scripts: {}, main: "index.ts" } as Manifest);
  assert.deepEqual([published.main, published.types], ["./library.js", "./library.d.ts"]);
  assert.deepEqual(published.exports, { ".": { types: "./library.d.ts", default: "./library.js" } });
  assert.deepEqual(published.dependencies, { "@pulumi/tls": "5.0.1" });
  assert.deepEqual([published.name, published.version, published.type], ["a-library", "1.2.3", "module"]);
  for (const left of ["private", "scripts", "bin"]) assert.ok(!(left in published), left);
});

test("leaves it to the library's user which Pulumi it is, from the one it was made with on", () => {
  assert.deepEqual(libraryManifest(program).peerDependencies, {
    "@pulumi/kubernetes": "^4.0.1",
    "@pulumi/pulumi": "^3.0.1",
  });
});

test("keeps the names under which the copy's modules are asked for by what is frozen in a stack's state", () => {
  const exports = { "./frozen.ts": "./here/now.ts", "./*.ts": "./*.ts" };
  const published = migrationManifest({ ...program, bin: { command: "command.js" }, exports });
  assert.deepEqual(published.exports, {
    "./frozen.ts": { types: "./here/now.d.ts", default: "./here/now.js" },
    "./*.ts": { types: "./*.d.ts", default: "./*.js" },
  });
  assert.deepEqual(published.dependencies, program.dependencies);
  assert.deepEqual(published.bin, { command: "command.js" });
});
