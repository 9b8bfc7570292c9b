import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { keptReader, reportKept, type KeptReader } from "../../../migration/destroy/kept-report.ts";
import type { KeptThing } from "../../../migration/destroy/kept-report.ts";
import { startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const namespace: KeptThing = {
  what: "namespace storage",
  command: "kubectl delete namespace storage",
  look: { path: "/ns" },
};
const claim: KeptThing = {
  what: "claim data",
  command: "kubectl delete claim",
  look: { path: "/claim" },
  neededBy: { path: "/old", name: "old-app" },
};
const volumes: KeptThing = {
  what: "volumes",
  command: "kubectl get persistentvolumes",
  look: { list: "/volumes", annotation: "by", value: "app" },
};
const snapshots: KeptThing = { what: "snapshots", look: { snapshotDirectory: "folder", namespace: "storage" } };
const all = [namespace, claim, volumes, snapshots];

function reader(there: readonly string[], change: Partial<KeptReader> = {}): KeptReader {
  return {
    exists: (path) => Promise.resolve(there.includes(path)),
    count: (list) => Promise.resolve(there.includes(list) ? 2 : 0),
    snapshots: () => Promise.resolve(there.includes("snapshots") ? ["/a.db", "/b.db"] : []),
    ...change,
  };
}

describe("the report of what was kept", () => {
  it("has what is there, each with its command", async () => {
    assert.deepEqual(await reportKept(reader(["/ns", "/claim", "/volumes", "snapshots"]), all), [
      "Kept, each with the command that removes it:",
      "  - namespace storage: `kubectl delete namespace storage`",
      "  - claim data: `kubectl delete claim`",
      "  - volumes: `kubectl get persistentvolumes`",
      "  - snapshot /a.db, which holds passwords: `rm /a.db`",
      "  - snapshot /b.db, which holds passwords: `rm /b.db`",
    ]);
  });

  it("has nothing of what is gone", async () => {
    assert.deepEqual(await reportKept(reader(["/ns"]), all), [
      "Kept, each with the command that removes it:",
      "  - namespace storage: `kubectl delete namespace storage`",
    ]);
    assert.deepEqual(await reportKept(reader([]), all), []);
  });

  it("offers no command against what something needs that runs", async () => {
    const lines = await reportKept(reader(["/claim", "/old"]), all);
    assert.deepEqual(lines.slice(1), ["  - claim data: needed by Deployment old-app"]);
  });

  it("has all commands when nobody can be asked", async () => {
    const failing = (): Promise<never> => Promise.reject(new Error("unreachable"));
    const lines = await reportKept(reader([], { exists: failing, count: failing }), all);
    assert.deepEqual(lines.slice(1), [
      "  - namespace storage: `kubectl delete namespace storage`",
      "  - claim data: `kubectl delete claim`",
      "  - volumes: `kubectl get persistentvolumes`",
    ]);
    const nowhere = await reportKept(keptReader({ kubeconfig: "/nowhere/kubeconfig" }), [namespace]);
    assert.equal(nowhere.length, 2);
  });

  it("asks the cluster, and looks into the folder for the namespace's own snapshots", async () => {
    const fake = await startFakeKubernetes();
    const folder = await mkdtemp(join(tmpdir(), "kept-"));
    try {
      fake.objects.set("/api/v1/namespaces/storage", { metadata: { name: "storage" } });
      const going = { name: "going", deletionTimestamp: "2030-01-01T00:00:00Z" };
      fake.objects.set("/api/v1/namespaces/going", { metadata: going });
      fake.lists.set("/api/v1/persistentvolumes", [
        { metadata: { name: "a", annotations: { by: "app" } } },
        { metadata: { name: "b" } },
      ]);
      const own = "trident-etcd-storage-2030-01-02T030405.678Z.db";
      for (const name of [own, own.replace("storage", "storage-2"), `${own}.partial`])
        await writeFile(join(folder, name), "");
      const cluster = keptReader({ kubeconfig: fake.kubeconfig });
      assert.ok(await cluster.exists("/api/v1/namespaces/storage"));
      assert.ok(!(await cluster.exists("/api/v1/namespaces/going")));
      assert.ok(!(await cluster.exists("/api/v1/namespaces/none")));
      assert.equal(await cluster.count("/api/v1/persistentvolumes", "by", "app"), 1);
      assert.deepEqual(await cluster.snapshots(folder, "storage"), [join(folder, own)]);
      assert.deepEqual(await cluster.snapshots("/nowhere", "storage"), []);
    } finally {
      await fake.stop();
      await rm(folder, { recursive: true });
    }
  });
});
