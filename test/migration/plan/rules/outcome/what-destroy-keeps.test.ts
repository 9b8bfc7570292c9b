import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { keyPrefix } from "../../../../../migration/copy/store/key-range.ts";
import { whatDestroyKeeps, type KeepFacts } from "../../../../../migration/plan/rules/outcome/what-destroy-keeps.ts";

const installed: KeepFacts = {
  flow: "installed",
  namespace: "storage",
  legacyDeployment: "trident",
  snapshotDirectory: "snapshots",
  destination: {
    kind: "managed" as const,
    namespace: "storage",
    etcdCluster: "trident-etcd",
    clientSecret: "etcd-client-tls",
  },
  prefix: keyPrefix("/trident/"),
  crd: "own",
  apis: newestApis,
  legacy: undefined,
};
const legacy = { claim: "trident-data", volume: "pvc-1", serviceAccount: "trident-csi" };

describe("what destroy keeps", () => {
  it("of an installation is the namespace, the snapshots, a definition in use and the application's volumes", () => {
    assert.deepEqual(
      whatDestroyKeeps(installed).map(({ command }) => command),
      [
        "kubectl delete namespace storage",
        "rm snapshots/trident-etcd-storage-*.db",
        "kubectl delete customresourcedefinition etcdclusters.etcd.database.coreos.com",
        "kubectl get persistentvolumes",
      ],
    );
  });

  it("is the same before a migration and after it, so that the stack does not change", () => {
    const [before, during, after] = (["migrate", "resume", "migrated"] as const).map((flow) =>
      whatDestroyKeeps({ ...installed, flow, legacy }),
    );
    assert.deepEqual(before, during);
    assert.deepEqual(before, after);
    assert.deepEqual(
      before?.slice(1, 6).map(({ command }) => command),
      [
        "kubectl --namespace storage delete persistentvolumeclaim trident-data",
        "kubectl delete persistentvolume pvc-1",
        "kubectl --namespace storage delete serviceaccount trident-csi",
        "kubectl delete clusterrolebinding trident-csi",
        "kubectl delete clusterrole trident-csi",
      ],
    );
    assert.match(before[1]?.what ?? "", /THE OLD TRIDENT'S STATE/);
    assert.match(before[0]?.what ?? "", /with the old Trident's PersistentVolumeClaim in it/);
  });

  it("of a rollback is the old Trident that serves, and no command against what it needs", () => {
    for (const flow of ["rollback", "rolledBack"] as const) {
      const things = whatDestroyKeeps({ ...installed, flow, legacy });
      assert.equal(things[0]?.what, "Deployment trident, the old Trident, which serves on");
      for (const { what, command } of things.slice(0, 7)) assert.equal(command, undefined, what);
    }
  });

  it("of an installation on an existing etcd is the state in that, and neither a snapshot nor a definition of the stack's", () => {
    const destination = {
      kind: "existing" as const,
      namespace: "storage",
      endpoints: ["https://etcd.example:2379"],
      clientSecret: "etcd-client-tls",
    };
    const things = whatDestroyKeeps({ ...installed, destination });
    assert.equal(things.length, 3);
    assert.equal(things[1]?.what, "the etcd at https://etcd.example:2379, with Trident's state under /trident/");
    assert.match(
      things[1].command ?? "",
      /etcdctl --endpoints=https:\/\/etcd\.example:2379 .* del --prefix \/trident\/$/,
    );
    const migrated = whatDestroyKeeps({ ...installed, destination, flow: "migrated", legacy });
    assert.ok(migrated.some(({ command }) => command === "rm snapshots/trident-etcd-storage-*.db"));
  });

  it("is not a definition that somebody else made, nor snapshots that are not wanted", () => {
    const things = whatDestroyKeeps({ ...installed, crd: "existing", snapshotDirectory: "" });
    assert.deepEqual(
      things.map(({ command }) => command),
      ["kubectl delete namespace storage", "kubectl get persistentvolumes"],
    );
  });
});
