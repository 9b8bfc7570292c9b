import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { installOldestNode, oldestNodeOf } from "./oldest-node.ts";

const run = promisify(execFile);

/** Of each kind one: `make node-oldest` has all of them, and a migration. */
const someTests = [
  "test/components/migration/state-migration.test.ts",
  "test/components/dynamic-provider.test.ts",
  "test/migration/cli/copy-command.test.ts",
  "test/migration/copy/copy-prefix.test.ts",
  "test/migration/etcd/etcd-store.test.ts",
  "test/migration/kubernetes/kubeconfig/connected-cluster.test.ts",
  "test/migration/migrate/migrate-trident-state.test.ts",
  "test/migration/plan/make-plan.test.ts",
  "test/migration/providers/engine-cancellation.test.ts",
  "test/migration/providers/provider-loading.test.ts",
  "test/migration/rollback/roll-back.test.ts",
];

describe("the oldest Node that the project allows", () => {
  const version = oldestNodeOf("package.json");
  let program: string;

  before(async () => {
    program = await installOldestNode(console.log);
  });

  it("is the one that `engines` names, of every package of the project", async () => {
    const { stdout } = await run(program, ["--version"]);
    assert.equal(stdout.trim(), `v${version}`);
    const manifests = ["migration/package.json", ...globSync("examples/*/package.json", { cwd: repositoryRoot })];
    for (const manifest of manifests) assert.equal(oldestNodeOf(manifest), version, manifest);
  });

  it("is the one that is told to whoever installs or starts it", () => {
    const [major = "", minor = ""] = version.split(".");
    for (const file of [
      "README.md",
      "Pulumi.yaml",
      "start.js",
      "migration/cli/trident-etcd.js",
      "sandbox/install-npm-packages.sh",
      "docs/other-applications.md",
      "examples/other-application/README.md",
      "examples/other-application/Pulumi.yaml",
    ]) {
      const text = readFileSync(path.join(repositoryRoot, file), "utf8");
      assert.match(text, new RegExp(`\\b${major}\\.${minor}(\\.0)? or newer`), file);
    }
    for (const file of ["start.js", "migration/cli/trident-etcd.js"]) {
      const text = readFileSync(path.join(repositoryRoot, file), "utf8");
      assert.ok(text.includes(`major < ${major} || (major === ${major} && minor < ${minor})`), file);
    }
  });

  for (const entry of ["index.ts", "library.ts"]) {
    it(`loads all that ${entry} imports`, async () => {
      // The program itself ends at the cluster that there is none of, once everything is loaded.
      const load = `await import("./${entry}").catch(({ name, message }) => console.log(name + ": " + message));`;
      const env = { PATH: process.env.PATH, HOME: "/nonexistent" };
      const { stdout } = await run(program, ["--eval", load], { cwd: repositoryRoot, env });
      assert.match(stdout, entry === "index.ts" ? /^Error: The Kubernetes cluster / : /^$/);
    });
  }

  it("passes a test of each kind", { timeout: 240_000 }, async () => {
    const words = ["--test", "--test-reporter=tap", "--test-force-exit", "--test-concurrency=2", ...someTests];
    // A test that runs within another one's process would report to that one.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const options = { cwd: repositoryRoot, env, maxBuffer: 2 ** 26 };
    const { stdout } = await run(program, words, options).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout, { cause: error });
    });
    assert.match(stdout, /^# fail 0$/m);
    assert.match(stdout, /^# pass \d{2,}$/m);
  });
});
