import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { readOtherTridents } from "../../../../../migration/plan/read/other-tridents.ts";
import { checkOtherTridents } from "../../../../../migration/plan/rules/trident/other-tridents.ts";
import type { Flow } from "../../../../../migration/plan/migration-plan.ts";
import { legacyDeployment } from "../../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import { planOf, planRequest } from "../../scene/plan-scene.ts";

const first = (resource: string) => `/apis/apps/v1/${resource}?limit=500`;
const driver = "/apis/storage.k8s.io/v1/csidrivers/csi.trident.netapp.io";
const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tridentbackends.trident.netapp.io";

function workload(namespace: string, name: string, { image = "netapp/trident:20.07.0", replicas = 1 } = {}) {
  return {
    metadata: { namespace, name },
    spec: { replicas, template: { spec: { containers: [{ image }] } } },
  };
}

async function checked(flow: Flow, arrange: (environment: FakePlanEnvironment) => unknown) {
  const environment = new FakePlanEnvironment();
  arrange(environment);
  const { blockers, risks } = checkOtherTridents(
    await readOtherTridents(environment.reader, planRequest(), newestApis),
    flow,
  );
  return { blockers, risks: risks.map(({ message }) => message) };
}

describe("Tridents elsewhere in the cluster", () => {
  it("are not the one that the plan is about, old or new", async () => {
    const found = await checked("migrate", (environment) => {
      environment.objects.set(first("deployments"), {
        items: [legacyDeployment(), workload("web", "web", { image: "web" })],
      });
    });
    assert.deepEqual(found, { blockers: [], risks: [] });
  });

  it("block, of whatever kind, whatever namespace and on whatever page of the list", async () => {
    const { blockers } = await checked("install", (environment) => {
      const page = { items: [workload("web", "web", { image: "web" })] };
      environment.objects.set(first("deployments"), { ...page, metadata: { continue: "a b" } as object });
      environment.objects.set(`${first("deployments")}&continue=a%20b`, { items: [workload("storage", "trident")] });
      environment.objects.set(first("statefulsets"), { items: [workload("trident", "trident-csi")] });
      environment.objects.set(first("daemonsets"), { items: [workload("trident", "trident-csi")] });
    });
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["anotherTrident"],
    );
    const [{ message, remedy } = { message: "", remedy: "" }] = blockers;
    for (const name of [
      "Deployment trident in namespace storage",
      "StatefulSet trident-csi in namespace trident",
      "DaemonSet trident-csi",
    ]) {
      assert.ok(message.includes(name), message);
    }
    assert.match(remedy, /tridentctl --namespace storage uninstall.*scale deployment\/trident --replicas 0/);
    assert.match(remedy, /kubectl --namespace trident scale statefulset\/trident-csi --replicas 0/);
    assert.doesNotMatch(remedy, /another namespace|config set namespace NAME/);
  });

  it("that are one with an etcd of its own may be the one that was meant", async () => {
    const { blockers } = await checked("install", (environment) =>
      environment.objects.set(first("deployments"), { items: [workload("storage", "trident")] }),
    );
    assert.match(
      inSettings(blockers[0]?.remedy ?? ""),
      /pulumi config set namespace storage.*pulumi config set migrate true/s,
    );
  });

  for (const [path, name] of [
    [driver, "CSIDriver csi.trident.netapp.io"],
    [definition, "CustomResourceDefinition tridentbackends.trident.netapp.io"],
  ] as const) {
    it(`block when they made ${name}, with what removes it`, async () => {
      const { blockers } = await checked("migrate", (environment) => environment.objects.set(path, {}));
      assert.equal(blockers.length, 1);
      const [told = { message: "", remedy: "" }] = blockers;
      assert.ok(told.message.includes(name));
      assert.match(inSettings(told.remedy), new RegExp(`kubectl delete \\w+ ${name.split(" ")[1] ?? ""}`));
    });
  }

  it("that are stopped are a risk, which keeps nobody from anything", async () => {
    const { blockers, risks } = await checked("install", (environment) =>
      environment.objects.set(first("deployments"), { items: [workload("storage", "trident", { replicas: 0 })] }),
    );
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /Deployment trident in namespace storage is a Trident, too, at 0 replicas/);
  });

  for (const flow of ["installed", "migrated", "resume", "rollback", "rolledBack"] as const) {
    it(`are a risk to a stack that is ${flow}: it is there already`, async () => {
      const { blockers, risks } = await checked(flow, (environment) =>
        environment.objects.set(first("deployments"), { items: [workload("storage", "trident")] }),
      );
      assert.deepEqual(blockers, []);
      assert.match(risks[0] ?? "", /Another Trident is on this cluster: Deployment trident in namespace storage/);
    });
  }

  it("that may not be looked for are a risk that says so", async () => {
    const { blockers, risks } = await checked("install", (environment) =>
      environment.forbidden.add(first("deployments")),
    );
    assert.deepEqual(blockers, []);
    assert.match(risks.join(), /may not list deployments\.apps in all namespaces: whether another Trident runs/);
  });

  it("are looked for by a plan, also where the namespace is not there yet", async () => {
    const kinds = (
      await planOf(
        (environment) => {
          environment.hasNamespace = false;
          environment.objects.set(first("deployments"), { items: [workload("storage", "trident")] });
        },
        { migrate: false },
      )
    ).blockers.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["namespaceMissing", "anotherTrident"]);
  });
});
