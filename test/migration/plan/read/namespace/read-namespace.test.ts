import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { ClusterRequestError, ClusterUnreachableError } from "../../../../../migration/kubernetes/errors.ts";
import type { PlannedFlow } from "../../../../../migration/plan/read/namespace/planned-pods.ts";
import { readNamespace } from "../../../../../migration/plan/read/namespace/read-namespace.ts";
import { legacyTrident } from "../../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import type { StackPods } from "../../../../../migration/plan/stack-pods.ts";
import { existingEtcd, planRequest } from "../../scene/plan-scene.ts";
import { stackPods } from "../../scene/pods.ts";

const podsPath = "/api/v1/namespaces/trident/pods";
const quotas = "/api/v1/namespaces/trident/resourcequotas";

interface Scene {
  readonly flow?: PlannedFlow;
  readonly change?: Partial<Omit<ReturnType<typeof planRequest>, "stackPods">> & { readonly stackPods?: StackPods };
  readonly kubernetesVersion?: string | undefined;
  readonly arrange?: (environment: FakePlanEnvironment) => unknown;
}

async function read({ flow = { flow: "install" }, change, arrange, ...versions }: Scene = {}) {
  const environment = new FakePlanEnvironment();
  arrange?.(environment);
  const kubernetesVersion = "kubernetesVersion" in versions ? versions.kubernetesVersion : "v1.34.1";
  const { stackPods: pods = await stackPods({ carried: {} }), ...others } = change ?? {};
  const request = { ...planRequest(others), stackPods: pods };
  return readNamespace(environment.reader, request, { flow, apis: newestApis, kubernetesVersion });
}

function refusing(status: number, explanation: string) {
  return (environment: FakePlanEnvironment) => {
    environment.dryRun = () => new ClusterRequestError({ method: "POST", path: podsPath }, status, explanation);
  };
}

async function rolesOf(scene: Scene): Promise<string[]> {
  return (await read(scene)).pods.map(({ role }) => role);
}

describe("the pods that are shown to the API server", () => {
  it("are those of an installation, each once", async () => {
    assert.deepEqual(await rolesOf({}), ["operator", "member", "trident"]);
  });

  it("are those of a migration besides: the check of the image, the old etcd alone, and the old Trident for an undo", async () => {
    const legacy = legacyTrident();
    const roles = ["operator", "member", "trident", "imageCheck", "pull", "source", "oldTrident"];
    assert.deepEqual(await rolesOf({ flow: { flow: "migrate", legacy } }), roles);
    assert.deepEqual(await rolesOf({ flow: { flow: "rollback", putBack: legacy }, change: { rollback: true } }), [
      ...["source", "oldTrident"],
    ]);
    assert.deepEqual(await rolesOf({ flow: { flow: "rolledBack", legacy } }), []);
  });

  it("are, for an uninstalled Trident, the one on a copy of its claim", async () => {
    const legacy = legacyTrident({ isUninstalled: true });
    const { pods } = await read({ flow: { flow: "migrate", legacy } });
    assert.equal(pods.at(-1)?.pod.spec?.initContainers?.[0]?.image, "busybox:1.28.0-glibc");
    assert.ok(!pods.some(({ role }) => role === "oldTrident"));
  });

  it("are, for an existing etcd, Trident's and the one through which that may have to be reached", async () => {
    const { trident = {} } = await stackPods({ carried: {} });
    const change = { ...existingEtcd(), stackPods: { trident } };
    assert.deepEqual(await rolesOf({ change }), ["trident", "gateway"]);
    assert.ok(change.destination.kind === "existing");
    const direct = { ...change.destination, reach: "direct" as const };
    assert.deepEqual(await rolesOf({ change: { ...change, destination: direct } }), ["trident"]);
  });

  it("are none before Kubernetes 1.13, which would make them, nor where the version is not known", async () => {
    for (const kubernetesVersion of ["v1.12.10", "v1.9.0+openshift", "unknown", undefined]) {
      assert.deepEqual(await rolesOf({ kubernetesVersion }), []);
    }
    assert.equal((await rolesOf({ kubernetesVersion: "v1.13.12-eks-5a8b3c" })).length, 3);
  });

  it("are none for who does not say what they are like", async () => {
    const without = { ...planRequest(), stackPods: undefined };
    const { reader } = new FakePlanEnvironment();
    const facts = { flow: { flow: "install" }, apis: newestApis, kubernetesVersion: "v1.34.1" } as const;
    assert.deepEqual((await readNamespace(reader, without, facts)).pods, []);
  });
});

describe("the API server's answer to a pod", () => {
  it("is the pod with all that admission puts in", async () => {
    const sidecar = { name: "istio-proxy", image: "istio" };
    const { pods } = await read({
      arrange: (environment) => {
        environment.dryRun = (_, object) => {
          const shown = structuredClone(object);
          (shown as unknown as V1Pod).spec?.containers.push(sidecar);
          return shown;
        };
      },
    });
    const [first] = pods;
    assert.ok(first?.outcome.kind === "admitted");
    assert.equal(first.outcome.pod.spec?.containers.at(-1)?.name, "istio-proxy");
  });

  it("is its refusal", async () => {
    const { pods } = await read({ arrange: refusing(403, 'pods "x" is forbidden: exceeded quota: q, used: 3') });
    assert.deepEqual(pods[0]?.outcome, {
      kind: "refused",
      refusal: { cause: "quota", by: "q", words: "exceeded quota: q, used: 3" },
    });
  });

  it("is asked for again with the namespace's own account where the pod's is still to be made", async () => {
    const asked: (string | undefined)[] = [];
    const { pods } = await read({
      arrange: (environment) => {
        environment.dryRun = (path, object) => {
          const { serviceAccountName } = (object as unknown as V1Pod).spec ?? {};
          asked.push(serviceAccountName);
          if (serviceAccountName === undefined) return object;
          const said = `pods "x" is forbidden: error looking up service account trident/${serviceAccountName}: not found`;
          return new ClusterRequestError({ method: "POST", path }, 403, said);
        };
      },
    });
    assert.deepEqual([...asked].sort(), ["etcd-operator", "trident-external-etcd", undefined, undefined, undefined]);
    assert.deepEqual(
      pods.map(({ outcome, withOtherAccount }) => [outcome.kind, withOtherAccount]),
      [
        ["admitted", true],
        ["admitted", undefined],
        ["admitted", true],
      ],
    );
  });

  for (const [why, arrange] of [
    ["the user may not make pods", refusing(403, 'pods is forbidden: User "jane" cannot create resource "pods"')],
    ["a webhook knows no dry run", refusing(400, 'admission webhook "w" does not support dry run')],
    ["the server is not well", refusing(500, "Internal error occurred: etcd")],
    [
      "not even the namespace's own account is there",
      refusing(403, "error looking up service account trident/default"),
    ],
    [
      "it takes longer than the plan has the time for",
      (environment: FakePlanEnvironment) => {
        environment.dryRun = () => {
          throw new ClusterUnreachableError("c", "no answer within 10 s");
        };
      },
    ],
  ] as const) {
    it(`is not known where ${why}`, async () => {
      const { pods } = await read({ arrange });
      assert.deepEqual(new Set(pods.map(({ outcome }) => outcome.kind)), new Set(["untried"]));
    });
  }
});

describe("a namespace's quotas", () => {
  it("are not known where they may not be listed", async () => {
    assert.deepEqual((await read()).quotas, []);
    assert.equal((await read({ arrange: (environment) => environment.forbidden.add(quotas) })).quotas, undefined);
  });
});
