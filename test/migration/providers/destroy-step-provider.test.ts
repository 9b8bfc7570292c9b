import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  check,
  create,
  diff,
  read,
  remove,
  update,
  type DestroyStepInputs,
} from "../../../migration/providers/destroy-step-provider.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const kubeconfig = "/nowhere/kubeconfig";
const ofCluster = { namespace: "storage", etcdCluster: "db" };
const steps: readonly [DestroyStepInputs, DestroyStepInputs, DestroyStepInputs, DestroyStepInputs, DestroyStepInputs] =
  [
    { step: "finalSnapshot", clientSecret: "client", snapshotDirectory: "snapshots", ...ofCluster, kubeconfig },
    { step: "finalSnapshotTrial", clientSecret: "client", snapshotDirectory: "snapshots", ...ofCluster, kubeconfig },
    { step: "membersGone", timeoutSeconds: 1, ...ofCluster, kubeconfig },
    { step: "definitionRemoval", timeoutSeconds: 1, kubeconfig },
    { step: "keptReport", kept: [{ what: "a", command: "b" }], kubeconfig },
  ];
const [snapshot, trial, members, definition, report] = steps;

describe("a step of a destroy", () => {
  it("only remembers when it is made", async () => {
    assert.deepEqual(await Promise.all(steps.map(async (step) => (await create(step)).id)), [
      "finalSnapshot/storage/db",
      "finalSnapshotTrial/storage/db",
      "membersGone/storage/db",
      "definitionRemoval",
      "keptReport",
    ]);
    for (const step of steps) {
      assert.deepEqual((await create(step)).outs, step);
      assert.deepEqual(await check({}, step), { inputs: step, failures: [] });
      assert.deepEqual(await read("id", step), { id: "id", props: step });
    }
  });

  it("remembers what has changed, in whatever order it comes", async () => {
    const same = { changes: false, replaces: [] };
    assert.deepEqual(
      await diff("id", report, { ...report, kept: [{ command: "b", what: "a" }] } as DestroyStepInputs),
      same,
    );
    const other = { ...report, kept: [{ what: "a" }] } as DestroyStepInputs;
    assert.deepEqual(await diff("id", report, other), { changes: true, replaces: [] });
    assert.deepEqual(await update("id", report, other), { outs: other });
    const without = Object.fromEntries(Object.entries(report).filter(([name]) => name !== "kubeconfig"));
    assert.deepEqual(await diff("id", report, without as DestroyStepInputs), { changes: true, replaces: [] });
    assert.deepEqual(await diff("id", Object.assign({ __provider: "old" }, report), report), same);
  });

  it("is another one for another etcd", async () => {
    const moved = { ...snapshot, namespace: "elsewhere" } as DestroyStepInputs;
    assert.deepEqual(await diff("id", snapshot, moved), { changes: true, replaces: ["namespace"] });
  });
});

describe("the removal of a step", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
  });
  afterEach(async () => {
    delete process.env.PULUMI_K8S_DELETE_UNREACHABLE;
    await fake.stop();
  });

  it("takes it, and finds nothing to do where all was deleted by hand", async () => {
    for (const step of steps) await remove("id", { ...step, kubeconfig: fake.kubeconfig });
    assert.ok(fake.requests.length > 0 && fake.requests.every((request) => request.startsWith("GET")));
  });

  it("asks for nothing where no snapshot is wanted", async () => {
    await remove("id", { ...snapshot, snapshotDirectory: "" } as DestroyStepInputs);
  });

  it("stops the destroy with a way out when the cluster can't be reached, but for the report, which can't fail", async () => {
    await fake.stop();
    for (const step of [snapshot, trial, members, definition]) {
      await assert.rejects(remove("id", { ...step, kubeconfig: fake.kubeconfig }), {
        name: "DestroyStepError",
        stack: "",
        message: /can't be reached.*PULUMI_K8S_DELETE_UNREACHABLE=true/s,
      });
    }
    await remove("id", { ...report, kubeconfig: fake.kubeconfig });
  });

  it("gives up on a cluster that can't be reached when told to, as the Kubernetes provider does", async () => {
    await fake.stop();
    process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
    for (const step of steps) await remove("id", { ...step, kubeconfig: fake.kubeconfig });
  });
});
