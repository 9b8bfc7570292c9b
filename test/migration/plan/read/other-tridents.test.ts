import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import { isTrident, readOtherTridents } from "../../../../migration/plan/read/other-tridents.ts";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { legacyDeployment } from "../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";
import { planRequest } from "../scene/plan-scene.ts";

describe("Tridents elsewhere in the cluster", () => {
  it("are told by their label, their image or their program, and nothing else is", () => {
    const of = (container: object, labels = {}) => ({
      spec: { template: { metadata: { labels }, spec: { containers: [container] } } },
    });
    for (const trident of [
      of({}, { app: "trident.netapp.io" }),
      of({}, { app: "controller.csi.trident.netapp.io" }),
      of({ image: "netapp/trident:19.04.0" }),
      of({ image: "registry.example:5000/storage/trident@sha256:00" }),
      of({ image: "trident" }),
      of({ image: "netapp/trident-operator:23.01" }),
      of({ image: "registry/renamed:1", command: ["/usr/local/bin/trident_orchestrator"] }),
    ]) {
      assert.ok(isTrident(trident), JSON.stringify(trident));
    }
    for (const other of [
      of({ image: "quay.io/coreos/etcd-operator:v0.9.4" }, { app: "web" }),
      of({ image: "example/trident-dashboard:1" }),
      of({ image: "trident.example.com/web:1" }),
      { metadata: { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } } },
    ]) {
      assert.ok(!isTrident(other), JSON.stringify(other));
    }
  });

  it("are read from each page of each list, without the one that the plan is about, and what can't be seen is named", async () => {
    const { objects, forbidden, reader } = new FakePlanEnvironment();
    const first = (resource: string) => `/apis/apps/v1/${resource}?limit=500`;
    const trident = (namespace: string, replicas: number): ServedObject => ({
      metadata: { namespace, name: "trident", labels: { app: "trident.netapp.io" } } as object,
      spec: { replicas },
    });
    objects.set(first("deployments"), { items: [legacyDeployment()], metadata: { continue: "a b" } as object });
    objects.set(`${first("deployments")}&continue=a%20b`, { items: [trident("storage", 1), trident("test", 0)] });
    forbidden.add(first("daemonsets"));
    const common = { kind: "Deployment", name: "trident" };
    assert.deepEqual(await readOtherTridents(reader, planRequest(), newestApis), {
      workloads: [
        { ...common, namespace: "storage", runs: true },
        { ...common, namespace: "test", runs: false },
      ],
      clusterObjects: [],
      unseen: ["daemonsets.apps"],
    });
  });
});
