import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { repositoryRoot, kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, objectsAround, podNames } from "./sandbox-cluster.ts";

const run = promisify(execFile);
const namespace = "e2e-kubeconfigs";

/** Each as kubectl would take it: all lead to the sandbox, whose own user has the name of somebody else's, too. */
describe("a stack whose cluster KUBECONFIG names in one of the ways that kubectl knows", () => {
  const cluster = connectSandbox();
  let folder: string;
  let stack: TestStack;
  let ours: string;
  let somebodys: string;
  let missing: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubeconfigs-"));
    ours = join(folder, "ours");
    somebodys = join(folder, "somebodys");
    missing = join(folder, "missing");
    await writeFile(ours, await readFile(kubeconfigPath));
    await writeFile(somebodys, kubeconfigOfSomebody(cluster.kubeconfig.getCurrentUser()?.name ?? ""));
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-kubeconfigs", { namespace, etcdClusterSize: "1" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await rm(folder, { recursive: true });
  });

  it("is previewed and installed with two files, each with a user of one name, and a missing one before them", async () => {
    const kubeconfig = `${missing}:${ours}:${somebodys}`;
    assertSucceeded(await pulumi("preview", kubeconfig));
    assertSucceeded(await pulumi("up", kubeconfig));
    assert.equal((await podNames(cluster, namespace, "app=trident.netapp.io")).length, 1);
  });

  it("has nothing made, replaced or deleted by an up with a colon at the end, at the beginning, or one file alone", async () => {
    const before = await objectsAround(cluster, namespace);
    for (const kubeconfig of [`${ours}:`, `:${ours}:${missing}`, ours]) {
      const up = await pulumi("up", kubeconfig);
      assertSucceeded(up);
      assert.doesNotMatch(up.printed, /^\s*[-+~]+\s*\d+ (created|replaced|deleted)/m);
      assert.match(up.printed, /\d+ unchanged/);
      assert.deepEqual(await objectsAround(cluster, namespace), before);
    }
  });

  it("is refused when a file has a mistake, with the line and nothing of what is there", async () => {
    const broken = join(folder, "broken");
    await writeFile(broken, "users:\n- name: u\n   token: a-secret-token\n");
    const preview = await pulumi("preview", `${ours}:${broken}`);
    assert.ok(!preview.succeeded);
    assert.match(preview.printed, /broken, line \d+: /);
    assert.doesNotMatch(preview.printed, /a-secret-token/);
  });

  it("is destroyed with a file before it that has no current context", async () => {
    const contextless = join(folder, "contextless");
    await writeFile(contextless, "apiVersion: v1\nkind: Config\nclusters: []\n");
    assertSucceeded(await pulumi("destroy", `${contextless}:${ours}:${somebodys}`));
    assert.deepEqual(await podNames(cluster, namespace, "app=trident.netapp.io"), []);
  });

  async function pulumi(command: "preview" | "up" | "destroy", kubeconfig: string) {
    const yes = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const words = [command, ...yes, "--non-interactive", "--color=never", "--stack", stack.name];
    const env = { ...stack.environment, KUBECONFIG: kubeconfig };
    return run("pulumi", words, { cwd: repositoryRoot, env, maxBuffer: 2 ** 26 }).then(
      ({ stdout, stderr }) => ({ succeeded: true, printed: stdout + stderr }),
      (error: unknown) => {
        const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
        return { succeeded: false, printed: stdout + stderr };
      },
    );
  }
});

function assertSucceeded(operation: { readonly succeeded: boolean; readonly printed: string }): void {
  assert.ok(operation.succeeded, operation.printed);
}

/** Of a cluster that nobody reaches, with its own user of the same name and its own current context. */
function kubeconfigOfSomebody(user: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: user, user: { token: "of-somebody" } }],
    contexts: [{ name: "nowhere", context: { cluster: "nowhere", user } }],
    "current-context": "nowhere",
  });
}
