import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { repositoryRoot } from "../../../sandbox/sandbox-paths.ts";
import { withVersion } from "../../../sandbox/toolchain/build-part.ts";
import { goVersion, pluginVersions, pulumiVersion, toolchainParts } from "../../../sandbox/toolchain/parts.ts";

test("every part is a Go module with its sums, for a Go that is not newer than the pinned one", () => {
  const pinned = Number(/^go1\.(\d+)/.exec(goVersion)?.[1]);
  for (const { name, folder } of toolchainParts) {
    assert.ok(existsSync(join(folder, "go.sum")), `${name} has no go.sum`);
    const wanted = Number(/^go 1\.(\d+)/m.exec(readFileSync(join(folder, "go.mod"), "utf8"))?.[1]);
    assert.ok(wanted <= pinned, `${name} wants Go 1.${wanted}`);
  }
});

test("no two parts yield a binary of the same name", () => {
  const names = toolchainParts.flatMap(({ binaries }) => Object.keys(binaries));
  assert.equal(new Set(names).size, names.length);
});

test("the npm packages have the versions of pulumi and its plugins", () => {
  const { dependencies } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  assert.equal(`v${dependencies["@pulumi/pulumi"] ?? ""}`, pulumiVersion);
  assert.equal(`v${dependencies["@pulumi/kubernetes"] ?? ""}`, pluginVersions.kubernetes);
  assert.equal(`v${dependencies["@pulumi/tls"] ?? ""}`, pluginVersions.tls);
});

test("an embedded schema gets the version of the provider and keeps the rest", () => {
  const schema = JSON.parse(
    withVersion('{"name":"kubernetes","version":"4.0.0-alpha","types":{"a":1}}', "4.25.0"),
  ) as unknown;
  assert.deepEqual(schema, { name: "kubernetes", version: "4.25.0", types: { a: 1 } });
});
