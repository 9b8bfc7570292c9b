import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Deployment, V1ObjectMeta } from "@kubernetes/client-node";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { readManagers } from "../../../../../migration/plan/read/deployment-managers.ts";
import { checkManagers } from "../../../../../migration/plan/rules/trident/deployment-managers.ts";
import { legacyDeployment } from "../../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import { deploymentPath } from "../../scene/places.ts";
import { planOf } from "../../scene/plan-scene.ts";

const autoscalers = "/apis/autoscaling/v1/namespaces/trident/horizontalpodautoscalers";
const scaledObjects = "/apis/keda.sh/v1alpha1/namespaces/trident/scaledobjects";

function legacyWith(metadata: V1ObjectMeta): V1Deployment {
  const deployment = legacyDeployment();
  Object.assign(deployment.metadata ?? {}, metadata);
  return deployment;
}

async function checked(
  metadata: V1ObjectMeta,
  arrange: (environment: FakePlanEnvironment) => unknown = () => undefined,
) {
  const environment = new FakePlanEnvironment();
  arrange(environment);
  const managers = await readManagers(environment.reader, legacyWith(metadata));
  const { blockers, risks } = checkManagers(managers, { flow: "migrate" });
  return {
    blockers: blockers.map(({ message, remedy }) => `${message}\n${remedy}`),
    risks: risks.map(({ message }) => message),
  };
}

describe("an old Deployment that somebody else manages", () => {
  it("is nothing to tell of where nobody does", async () => {
    assert.deepEqual(await checked({ labels: { app: "trident.netapp.io" } }), { blockers: [], risks: [] });
  });

  for (const [who, metadata, ways] of [
    [
      "Argo CD (application storage)",
      { annotations: { "argocd.argoproj.io/tracking-id": "storage:apps/Deployment:trident/trident" } },
      [
        "kubectl --namespace argocd patch applications.argoproj.io storage",
        "kubectl --namespace trident annotate deployment trident argocd.argoproj.io/tracking-id-",
      ],
    ],
    [
      "Argo CD (application storage)",
      { annotations: { "argocd.argoproj.io/tracking-id": "teams_storage:apps/Deployment:trident/trident" } },
      ["kubectl --namespace teams patch applications.argoproj.io storage"],
    ],
    [
      "Argo CD (application storage)",
      { labels: { "argocd.argoproj.io/instance": "storage" } },
      ["kubectl --namespace trident label deployment trident argocd.argoproj.io/instance-"],
    ],
    [
      "Flux (Kustomization storage in namespace infra)",
      { labels: { "kustomize.toolkit.fluxcd.io/name": "storage", "kustomize.toolkit.fluxcd.io/namespace": "infra" } },
      [
        "kubectl --namespace infra patch kustomizations.kustomize.toolkit.fluxcd.io storage",
        "kubectl --namespace trident label deployment trident kustomize.toolkit.fluxcd.io/name- kustomize.toolkit.fluxcd.io/namespace-",
      ],
    ],
    [
      "Flux (HelmRelease trident in namespace infra)",
      {
        labels: {
          "helm.toolkit.fluxcd.io/name": "trident",
          "helm.toolkit.fluxcd.io/namespace": "infra",
          "app.kubernetes.io/managed-by": "Helm",
        },
        annotations: { "meta.helm.sh/release-name": "trident" },
      },
      ["kubectl --namespace infra patch helmreleases.helm.toolkit.fluxcd.io trident"],
    ],
    ["Config Sync", { annotations: { "configmanagement.gke.io/managed": "enabled" } }, ["managed-"]],
    ["addon manager", { labels: { "addonmanager.kubernetes.io/mode": "Reconcile" } }, ["mode-"]],
  ] as const) {
    it(`blocks when ${who} keeps it in sync by ${JSON.stringify(Object.keys(metadata))}, with the commands that free it`, async () => {
      const { blockers, risks } = await checked(metadata);
      assert.equal(blockers.length, 1);
      const [told = ""] = blockers;
      for (const word of [who, ...ways]) assert.ok(told.includes(word), told);
      assert.deepEqual(risks, []);
    });
  }

  for (const [who, metadata] of [
    ["Helm (release storage)", { annotations: { "meta.helm.sh/release-name": "storage" } }],
    ["Helm (release storage)", { labels: { heritage: "Tiller", release: "storage" } }],
    ["Rancher (set storage)", { annotations: { "objectset.rio.cattle.io/id": "storage" } }],
    ["whatever installs storage", { labels: { "app.kubernetes.io/instance": "storage" } }],
  ] as const) {
    it(`is a risk when ${who} installed it, which does nothing by itself (${JSON.stringify(metadata)})`, async () => {
      const { blockers, risks } = await checked(metadata);
      assert.deepEqual(blockers, []);
      assert.equal(risks.length, 1);
      assert.ok(risks[0]?.includes(who), risks[0]);
    });
  }

  it("blocks when a controller made it, not for an owner that only takes it along when it is deleted", async () => {
    const owner = { apiVersion: "v1", kind: "StorageStack", name: "main", uid: "u" };
    const { blockers } = await checked({ ownerReferences: [{ ...owner, controller: true }] });
    assert.match(
      blockers[0] ?? "",
      /belongs to StorageStack\/main.*kubectl --namespace trident patch deployment trident/s,
    );
    assert.deepEqual(await checked({ ownerReferences: [owner] }), { blockers: [], risks: [] });
  });

  it("blocks when it is scaled, by a HorizontalPodAutoscaler or by KEDA, whose own one is not told of twice", async () => {
    const spec = { scaleTargetRef: { kind: "Deployment", name: "trident" } };
    const { blockers } = await checked({}, (environment) => {
      const ownerReferences = [{ kind: "ScaledObject", name: "by-load" }];
      environment.lists.set(autoscalers, [
        { metadata: { name: "by-hand" }, spec },
        { metadata: { name: "keda-hpa-by-load", ownerReferences } as object, spec },
        { metadata: { name: "of-another" }, spec: { scaleTargetRef: { kind: "Deployment", name: "web" } } },
        { metadata: { name: "of-a-set" }, spec: { scaleTargetRef: { kind: "StatefulSet", name: "trident" } } },
      ]);
      environment.lists.set(scaledObjects, [
        { metadata: { name: "by-load" }, spec: { scaleTargetRef: { name: "trident" } } },
      ]);
    });
    assert.equal(blockers.length, 2);
    assert.match(blockers[0] ?? "", /ScaledObject by-load.*kubectl --namespace trident delete scaledobject by-load/s);
    assert.match(blockers[1] ?? "", /delete horizontalpodautoscaler by-hand/);
  });

  it("is a risk when it can't be seen whether it is scaled", async () => {
    const { blockers, risks } = await checked({}, (environment) => environment.forbidden.add(autoscalers));
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /may not list the HorizontalPodAutoscalers of namespace trident/);
  });

  it("matters to a migration alone", async () => {
    const arrange = (environment: FakePlanEnvironment) => {
      const metadata: V1ObjectMeta = { labels: { "argocd.argoproj.io/instance": "storage" } };
      environment.withLegacy().objects.set(deploymentPath, legacyWith(metadata) as unknown as ServedObject);
    };
    const kinds = async (change: object) => (await planOf(arrange, change)).blockers.map(({ kind }) => kind);
    assert.deepEqual(await kinds({}), ["managedDeployment"]);
    assert.deepEqual(await kinds({ migrate: false }), ["legacyTridentPresent"]);
  });
});
