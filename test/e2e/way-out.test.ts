import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { killUp } from "./kill-pulumi.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, eventually } from "./sandbox-cluster.ts";

const run = promisify(execFile);
const namespace = "e2e-way-out";
const kubeconfig = kubeconfigPath;

describe("the page on the way out without Pulumi, word for word, after a migration was killed in the outage", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 30, backendPassword: "not-printed" }, console.log);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    stack = await createTestStack("e2e-way-out", { namespace, migrate: "true" });
    await killUp(stack, () =>
      eventually("the old Trident is stopped", async () => (await replicasOf("trident")) === 0, 300),
    );
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("says where it stands", async () => {
    const said = await followed("Where it stands");
    assert.match(said, /phase=stopped/);
    assert.match(said, /^trident\s+0\s/m);
    assert.doesNotMatch(said, /not-printed/);
  });

  it("puts the old Trident back, which lists what it did", async () => {
    await followed("Putting the old Trident back");
    assert.equal(await replicasOf("trident"), 1);
    assert.equal(await replicasOf("trident-external-etcd"), undefined);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  });

  it("leaves a stack whose next up migrates", async () => {
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  });

  async function replicasOf(name: string): Promise<number | undefined> {
    const { items } = await cluster.apps.listNamespacedDeployment({ namespace });
    return items.find(({ metadata }) => metadata?.name === name)?.spec?.replicas;
  }
});

/** Runs the commands under the heading, up to the next one of its kind, as a reader would paste them. */
async function followed(heading: string): Promise<string> {
  const page = await readFile(new URL("../../docs/without-pulumi.md", import.meta.url), "utf8");
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? "";
  const commands = [...section.matchAll(/^```bash\n(.*?)^```/gms)].map(([, block = ""]) => block).join("");
  assert.notEqual(commands, "");
  const here = commands.replaceAll("--namespace trident", `--namespace ${namespace}`);
  const { stdout, stderr } = await run("bash", ["-euc", here], { env: { ...process.env, KUBECONFIG: kubeconfig } });
  console.log(stdout, stderr);
  return stdout;
}
