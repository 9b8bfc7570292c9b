import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import type { Patience } from "../../../../migration/kubernetes/wait-until.ts";
import { startNewTrident } from "../../../../migration/trident/new/start-new-trident.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";
import { MemoryStore } from "../../copy/memory-store.ts";
import { deploymentPath, namespace, newTridentSpec, podPath, runPods } from "./new-trident-fixture.ts";

const range = prefixRange("/trident/");

describe("a new Trident that does not come to serve what was copied", () => {
  let fake: FakeKubernetes;
  let destination: MemoryStore;
  let revision: bigint;
  let status: Record<string, unknown>;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    destination = new MemoryStore("new", "2", {
      "/trident/v1/backend/nas": "",
      "/trident/v1/volume/a": "",
      "/trident/v1/volume/b": "",
    });
    revision = (await destination.status()).revision;
    status = keepsEnding;
    runPods(fake, () => {
      destination.put("/trident/v1/txn/begun", "by the new Trident");
      return status;
    });
    const log = "level=info msg=starting\nlevel=debug password=hunter2\nlevel=fatal msg=cannot\n";
    fake.objects.set(`${podPath}/log`, { metadata: { name: "log" }, toJSON: () => log });
  });
  afterEach(() => fake.stop());

  it("is an error that says what was expected, why it is not so, and what it logged last", async () => {
    await assert.rejects(start(), (error: Error) => {
      assert.equal(error.name, "NewTridentNotServingError");
      assert.match(error.message, /netapp\/trident:19\.04\.0.*keeps ending: 4 times, last with exit code 7/);
      assert.match(error.message, /1 backend, 2 volumes, 0 storage classes; it never listed any/);
      assert.match(error.message, /msg=starting\n.*msg=cannot/s);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });

  it("is left as it is, with what it wrote: whoever started it takes that back", async () => {
    await assert.rejects(start());
    assert.ok(fake.objects.has(deploymentPath));
    assert.ok("/trident/v1/txn/begun" in destination.entries());
  });

  it("is given up at once when its image can't be pulled", async () => {
    const waiting = { reason: "ImagePullBackOff", message: "not found" };
    status = {
      phase: "Pending",
      containerStatuses: [{ name: "trident-main", image: "i", restartCount: 0, state: { waiting } }],
    };
    await assert.rejects(start(), /ImagePullBackOff for image i: not found/);
  });

  it("is given up at once, for the interruption's reason, when whoever waits for it is interrupted", async () => {
    const interruption = new AbortController();
    const reason = new Error("no longer wanted");
    status = { phase: "Pending" };
    const starting = start({ timeoutSeconds: 600, interruption: interruption.signal });
    while (!fake.objects.has(podPath)) await sleep(10);
    interruption.abort(reason);
    await assert.rejects(starting, reason);
  });

  it("is an error, too, when the API refuses its Deployment", async () => {
    fake.fault = (request) => (request.startsWith("POST") ? 403 : undefined);
    await assert.rejects(start(), { name: "ClusterRequestError" });
    assert.ok(!fake.objects.has(deploymentPath));
  });

  function start(patience: Patience = { timeoutSeconds: 5 }): Promise<unknown> {
    const trident = { namespace, spec: newTridentSpec(), ...patience };
    return startNewTrident(fake.cluster, trident, { destination, range, revision });
  }
});

const keepsEnding = {
  phase: "Running",
  containerStatuses: [
    {
      name: "trident-main",
      image: "i",
      restartCount: 3,
      state: { terminated: { exitCode: 7 } },
      lastState: { terminated: { exitCode: 7 } },
    },
  ],
};
