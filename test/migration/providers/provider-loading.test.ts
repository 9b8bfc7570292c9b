import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Prints the names of the packages that a program comes to load. */
const printPackages = `
  import { registerHooks } from "node:module";
  const packages = new Set();
  registerHooks({
    load: (url, context, next) => {
      const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return next(url, context);
    },
  });
  process.on("exit", () => console.log(JSON.stringify([...packages])));
`;

describe("what Pulumi asks in a preview, and in an up that changes nothing", () => {
  const calls = {
    "migration-provider.ts": `await p.check({}, { prefix: "/trident/" }); await p.diff();`,
    "copy-provider.ts": `await p.check({}, { prefix: "/a/", source: {}, destination: {} }); await p.diff();`,
    "guard-provider.ts": `await p.check({}, {}); await p.diff("id", {}, {});`,
    "image-pull-provider.ts": `await p.check({}, {}); await p.diff("id", {}, {});`,
    "providers/claim-provider.ts": `await p.check({}, {}); await p.diff("id", {}, { makeAgain: "" });`,
    "providers/namespace-provider.ts": `await p.check({}, {}); await p.diff("id", {}, { makeAgain: "" });`,
    "serving/serving-check-provider.ts": `await p.check({}, {}); await p.diff("id", { destination: {} }, { destination: {} });`,
    "uninstall/destroy-step-provider.ts": `await p.check({}, {}); await p.diff("id", {}, {});`,
  };
  for (const [file, call] of Object.entries(calls)) {
    it(`loads no package, in ${file}`, async () => {
      const packages = await packagesLoadedBy(`const p = await import("@trident-etcd/migration/${file}"); ${call}`);
      assert.deepEqual(packages, []);
    });
  }

  it("is seen to load packages where it does", async () => {
    const packages = await packagesLoadedBy(`await import("@trident-etcd/migration/kubernetes/load-kubeconfig.ts");`);
    assert.ok(packages.includes("@kubernetes/client-node"));
  });
});

async function packagesLoadedBy(program: string): Promise<string[]> {
  const words = ["--input-type=module", "--eval", `${printPackages} ${program}`];
  const { stdout } = await run(process.execPath, words, { cwd: import.meta.dirname });
  return JSON.parse(stdout) as string[];
}
