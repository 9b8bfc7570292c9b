import assert from "node:assert/strict";
import { test } from "node:test";
import { importedPackages } from "../../package/imported-packages.ts";

test("finds what is imported in whatever way, by its package's name, each once", () => {
  const text = `
    import * as pulumi from "@pulumi/pulumi";
    import type { Output } from "@pulumi/pulumi/output.js";
    export { a } from "reexported/deep/path.js";
    const lazy = await import("@trident-etcd/migration/copy-provider.ts");
    const frozen = () => require("required");
    import "./beside.js";
    import { readFile } from "node:fs/promises";
    import path from "path";
  `;
  assert.deepEqual(importedPackages(text), ["@pulumi/pulumi", "@trident-etcd/migration", "reexported", "required"]);
});

test("finds the packages that declarations mention within a type", () => {
  assert.deepEqual(importedPackages(`export declare const a: import("typed").A;`), ["typed"]);
});

test("minds no import in a text or a comment", () => {
  assert.deepEqual(importedPackages(`// import "a";\nexport const b = 'import "c"';`), []);
});
