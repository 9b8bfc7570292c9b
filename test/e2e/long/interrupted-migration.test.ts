import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readTridentLists } from "../../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../../sandbox/sandbox-paths.ts";
import type { RequestPattern } from "./held-requests.ts";
import { setUpInterruptedScene, type InterruptedScene, type Whereabouts } from "./interrupted-scene.ts";
import { legacyDeploymentFields } from "../legacy-deployment-fields.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { clearPendingCreates, unlock, type RunningUp } from "../running-up.ts";
import { eventually, podNames } from "../sandbox-cluster.ts";

const namespace = "e2e-interrupted";
const kubeconfig = kubeconfigPath;
const volumes = 40;
const tridentPods = "app=trident.netapp.io";

/** The requests by which a migration goes from one phase to the next: held there, it is in that phase for certain. */
const phases = {
  firstPass: {
    operation: "UPDATE",
    resource: "/configmaps",
    when: "'data' in object && 'firstPass' in object.data && !('phase' in object.data)",
  },
  stop: {
    operation: "UPDATE",
    resource: "apps/deployments",
    when: "object.metadata.name == 'trident' && object.spec.replicas == 0",
  },
  secondPass: {
    operation: "CREATE",
    resource: "apps/deployments",
    when: "object.metadata.name == 'trident-external-etcd'",
  },
  newTridentStarts: {
    operation: "CREATE",
    resource: "/pods",
    when: "object.metadata.?generateName.orValue('').startsWith('trident-external-etcd')",
  },
  record: {
    operation: "UPDATE",
    resource: "/configmaps",
    when: "'data' in object && 'phase' in object.data && object.data.phase == 'copied'",
  },
  deletionOfTheOld: { operation: "DELETE", resource: "apps/deployments", when: "oldObject.metadata.name == 'trident'" },
} as const satisfies Record<string, RequestPattern>;

const duringOutage: Whereabouts = { phase: "stopped", old: 0, sourcePod: true, newTrident: true, copied: true };
const onlyOld: Whereabouts = { phase: undefined, old: 1, sourcePod: false, newTrident: false, copied: false };

describe("a migration that is interrupted", () => {
  let scene: InterruptedScene;
  let fieldsBefore: unknown;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;
  let podsBefore: string[];
  let otherCheckout: TestStack;

  before(async () => {
    scene = await setUpInterruptedScene(namespace, volumes);
    await scene.write({ "/trident/v1/node/early": "{}" });
    fieldsBefore = await legacyDeploymentFields(scene.cluster, namespace);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    podsBefore = await podNames(scene.cluster, namespace, tridentPods);
    otherCheckout = await createTestStack(`${namespace}-other`, { namespace, migrate: "true" });
  });

  after(async () => {
    await otherCheckout.forget();
    await scene.remove();
  });

  it("by one ^C in its first pass ends at once, with the old Trident as it was and nothing in the new etcd", async () => {
    const up = await scene.upTo(phases.firstPass, interrupted, "allow");
    assert.equal(await up.ended, 1, up.printed());
    assert.match(up.printed(), /failed while copying the state.*: it was interrupted\. Nothing was changed/);
    assert.deepEqual(await podNames(scene.cluster, namespace, tridentPods), podsBefore);
    await assertOldServes();
  });

  it("by one ^C in the outage puts the old Trident back as it was, however long it would have waited", async () => {
    const up = await scene.upTo(phases.newTridentStarts, async (running) => {
      assert.deepEqual(await scene.whereabouts(), {
        ...onlyOld,
        phase: "stopped",
        old: 0,
        sourcePod: true,
        newTrident: true,
        copied: true,
      });
      await interrupted(running);
      // Its pod is held back all the time.
      assert.equal(await running.ended, 1, running.printed());
    });
    assert.match(
      up.printed(),
      /failed while starting the new Trident: it was interrupted\. The old Trident is serving again/,
    );
    await assertOldServes();
  });

  it("by SIGKILL in its first pass leaves the old Trident serving", async () => {
    await scene.upTo(phases.firstPass, killed);
    await assertKilledIn(onlyOld);
  });

  it("by SIGKILL of its plugin alone at the stop fails, naming the resource, and the old Trident serves", async () => {
    const up = await scene.upTo(phases.stop, async (running) => {
      await running.killPlugin();
      assert.equal(await running.ended, 1, running.printed());
    });
    assert.match(up.printed(), /MigrationRun \(state-migration-run\):\s+error: .*(EOF|Unavailable)/);
    await assertKilledIn({ ...onlyOld, phase: "stopped", copied: true });
  });

  it("by two ^C in its second pass ends without waiting, and nothing of it lives on", async () => {
    await scene.write({
      "/trident/v1/node/late": "{}",
      "/trident/v1/node/early": undefined,
    });
    const up = await scene.upTo(phases.secondPass, async (running) => {
      await interrupted(running);
      running.interrupt();
      assert.notEqual(await running.ended, 0, running.printed());
    });
    await eventually("the plugin has ended", async () => !(await up.hasPlugin()));
    await assertKilledIn({ ...onlyOld, phase: "stopped", old: 0, sourcePod: true, copied: true });
  });

  it("keeps another checkout's up from touching anything while it runs", async () => {
    const up = await scene.upTo(phases.newTridentStarts, async (running) => {
      const versions = await objectVersions();
      const other = await otherCheckout.up();
      assert.equal(other.succeeded, false, other.printed);
      assert.match(other.printed, /Another migration is running: .* holds Lease trident-etcd-migration.*Wait until/s);
      assert.deepEqual(await objectVersions(), versions);
      await killed(running);
    });
    assert.equal(await up.ended, null, up.printed());
  });

  it("by SIGKILL while the new Trident starts leaves both etcds whole", async () => {
    await assertKilledIn(duringOutage);
  });

  it("by SIGKILL when the new Trident serves and nothing is recorded loses nothing that it writes from then on", async () => {
    await scene.upTo(phases.record, killed);
    await assertKilledIn(duringOutage);
    assert.equal((await readTridentLists({ kubeconfig, namespace })).volumes.length, volumes);
    await scene.writeToNew("/trident/v1/storageclass/kept", lateStorageClass);
  });

  it("by SIGKILL once the new Trident serves leaves it serving", async () => {
    await scene.upTo(phases.deletionOfTheOld, killed);
    await assertKilledIn({ ...onlyOld, phase: "copied", old: 0, newTrident: true, copied: true });
    assert.equal((await readTridentLists({ kubeconfig, namespace })).volumes.length, volumes);
  });

  it("by one ^C once the new Trident serves is ended all the same, and only Pulumi's own part is left", async () => {
    const up = await scene.upTo(phases.deletionOfTheOld, interrupted, "allow");
    assert.notEqual(await up.ended, 0, up.printed());
    const { phase, old, newTrident } = await scene.whereabouts();
    assert.deepEqual({ phase, old, newTrident }, { phase: "copied", old: undefined, newTrident: false });
    assert.equal(await scene.hasLease(), false);
    assert.equal((await readTridentLists({ kubeconfig, namespace })).volumes.length, volumes);
  });

  it("is finished by the next up, with what was written in between, one Trident and nothing left behind", async () => {
    const up = await scene.stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await scene.newState(), await scene.oldState());
    const lists = await readTridentLists({ kubeconfig, namespace });
    assert.equal(lists.volumes.length, volumes);
    assert.ok(lists.storageClasses.includes("late") && !lists.storageClasses.includes("bronze"));
    assert.equal((await podNames(scene.cluster, namespace, tridentPods)).length, 1);
    const { phase, old, sourcePod, newTrident } = await scene.whereabouts();
    assert.deepEqual({ phase, old, sourcePod, newTrident }, { ...finished });
    assert.equal(await scene.hasLease(), false);
  });

  it("is left as it is by another up, without a warning of pending operations once those are cleared", async () => {
    await clearPendingCreates(scene.stack);
    const up = await scene.stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assert.doesNotMatch(up.printed, /pending operations/);
  });

  /** Presses ^C and waits until the migration has heard of it. */
  async function interrupted(up: RunningUp): Promise<void> {
    up.interrupt();
    await up.until(
      eventually("the migration says that it is interrupted", () =>
        Promise.resolve(up.printed().includes("Interrupted: the migration is being taken back")),
      ),
    );
  }

  async function killed(up: RunningUp): Promise<void> {
    await up.kill();
    await unlock(scene.stack);
  }

  /** What a run that was killed leaves, its Lease among it. */
  async function assertKilledIn(expected: Whereabouts): Promise<void> {
    assert.deepEqual(await scene.whereabouts(), expected);
    assert.ok(await scene.hasLease(), "a run that was killed can't have given its Lease back");
    await scene.shortenLease();
  }

  async function assertOldServes(): Promise<void> {
    assert.deepEqual(await scene.whereabouts(), onlyOld);
    assert.equal((await scene.newState()).size, 0);
    assert.equal(await scene.hasLease(), false);
    assert.deepEqual(await legacyDeploymentFields(scene.cluster, namespace), fieldsBefore);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  }

  /** Of what the stack makes, but for what its controllers write into as they go. */
  async function objectVersions(): Promise<Record<string, string | undefined>> {
    const { core } = scene.cluster;
    const lists = await Promise.all([
      core.listNamespacedSecret({ namespace }),
      core.listNamespacedService({ namespace }),
      core.listNamespacedConfigMap({ namespace }),
      core.listNamespacedServiceAccount({ namespace }),
    ]);
    const objects = lists.flatMap(({ items }) => items.map(({ metadata }) => metadata));
    return Object.fromEntries(objects.map((metadata) => [metadata?.uid ?? "", metadata?.resourceVersion]));
  }
});

const finished = { phase: "copied", old: undefined, sourcePod: false, newTrident: false };
const lateStorageClass = JSON.stringify({ config: { version: "1", name: "late", attributes: { media: "ssd" } } });
