import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  apiForms,
  chooseApis,
  newestMinor,
  oldestMinor,
  type ClusterApis,
} from "../../migration/kubernetes/cluster-apis.ts";
import { acquireLease } from "../../migration/lease/acquire-lease.ts";
import { leaseApi } from "../../migration/lease/lease-api.ts";
import { migrationLease } from "../../migration/lease/lease-place.ts";
import { planFrom } from "../../migration/plan/make-plan.ts";
import { readerOf } from "../../migration/plan/read/cluster-reader.ts";
import { startFakeKubernetes } from "../migration/kubernetes/fake-kubernetes.ts";
import { FakePlanEnvironment } from "../migration/plan/scene/fake-plan-environment.ts";
import { planRequest } from "../migration/plan/scene/plan-scene.ts";
import { isWithin, problemsOf, published, type SentObject } from "./check-object.ts";
import { objectsMade } from "./objects-made.ts";

const minors = Array.from({ length: newestMinor - oldestMinor + 1 }, (_, index) => oldestMinor + index);

/** Which of the table's group-versions are published for a version. */
function servedIn(minor: number): ReadonlySet<string> {
  const kinds = Object.entries(published.kinds).filter(([, [span]]) => isWithin(minor, span));
  return new Set(kinds.map(([kind]) => kind.split(" ")[0] ?? ""));
}

function apisIn(minor: number): ClusterApis {
  return chooseApis({ version: `v1.${minor}.3`, groupVersions: servedIn(minor) });
}

describe("the table of forms", () => {
  it("says of each when it is served as is published", () => {
    assert.equal(published.versions, `${oldestMinor}..${newestMinor}`);
    for (const form of Object.values(apiForms).flat() as { groupVersion: string; since: number; until?: number }[]) {
      const { groupVersion, since, until = newestMinor } = form;
      const served = minors.filter((minor) => servedIn(minor).has(groupVersion));
      assert.deepEqual(
        served,
        minors.filter((minor) => minor >= since && minor <= until),
        groupVersion,
      );
    }
  });

  it("leads to the same by version as by what is served", () => {
    for (const minor of minors) {
      assert.deepEqual(apisIn(minor), chooseApis({ version: `v1.${minor}.0`, groupVersions: undefined }));
    }
  });
});

describe("each object that is made", () => {
  for (const minor of minors) {
    it(`has only what Kubernetes 1.${minor} serves`, async () => {
      const objects = [...(await objectsMade(apisIn(minor))), await leaseOf(minor), await reviewOf()];
      const problems = objects.flatMap((object) => problemsOf(object, minor));
      assert.deepEqual(problems, []);
      assert.ok(objects.length > 20);
    });
  }

  it("would be refused in a form that is too new, or too old", async () => {
    const refused = async (minor: number, change: Partial<ClusterApis>): Promise<string> => {
      const objects = await objectsMade({ ...apisIn(minor), ...change });
      return objects.flatMap((object) => problemsOf(object, minor)).join("\n");
    };
    assert.match(await refused(18, { seccompProfile: true }), /securityContext\.seccompProfile is there in 19\.\.34/);
    assert.match(await refused(20, { podDisruptionBudget: "policy/v1" }), /PodDisruptionBudget is served in 21\.\.34/);
    const crd = "apiextensions.k8s.io/v1" as const;
    assert.match(
      await refused(15, { customResourceDefinition: crd }),
      /CustomResourceDefinition is served in 16\.\.34/,
    );
    const older = "apiextensions.k8s.io/v1beta1" as const;
    assert.match(
      await refused(22, { customResourceDefinition: older }),
      /CustomResourceDefinition is served in 13\.\.21/,
    );
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      spec: { containers: [{ ports: [{ containerPort: 1 }], unheardOf: 1 }] },
    };
    assert.deepEqual(problemsOf(pod, 34), [
      "Pod.spec.containers[].ports[] has no protocol",
      "Pod.spec.containers[].unheardOf is in no version",
    ]);
  });
});

describe("each path that a plan reads", () => {
  /** Of other programs and platforms: they may be there or not. */
  const optional =
    /^(etcd\.database\.coreos\.com|keda\.sh|security\.openshift\.io|autoscaling|storage\.k8s\.io|[a-z.]*istio\.io)\//;
  for (const minor of minors) {
    it(`is served by Kubernetes 1.${minor}, if it is Kubernetes' own`, async () => {
      const environment = new FakePlanEnvironment().withDns();
      environment.withLegacy();
      const groups = [{ versions: [...servedIn(minor)].map((groupVersion) => ({ groupVersion })) }];
      environment.objects.set("/apis", { groups }).set("/version", { gitVersion: `v1.${minor}.3` });
      const { blockers, apis } = await planFrom(environment, planRequest());
      assert.deepEqual([blockers, apis], [[], apisIn(minor)]);
      const read = environment.asked.flatMap((path) => /^\/apis\/([^/]+\/[^/?]+)/.exec(path)?.[1] ?? []);
      const unserved = [...new Set(read)].filter((each) => !optional.test(each) && !servedIn(minor).has(each));
      assert.deepEqual(unserved, []);
    });
  }
});

async function leaseOf(minor: number): Promise<SentObject> {
  const fake = await startFakeKubernetes();
  try {
    fake.objects.set("/version", { gitVersion: `v1.${minor}.3`, metadata: { name: "" } });
    const report = (): undefined => undefined;
    const lease = await acquireLease(leaseApi(fake.cluster, migrationLease("trident")), {
      durationSeconds: 40,
      report,
    });
    const [stored] = [...fake.objects].flatMap(([path, object]) => (path.includes("/leases/") ? [object] : []));
    await lease.release();
    return stored as unknown as SentObject;
  } finally {
    await fake.stop();
  }
}

async function reviewOf(): Promise<SentObject> {
  let sent: unknown;
  const requestJson = (request: { readonly body?: unknown }): Promise<unknown> => {
    sent = request.body;
    return Promise.resolve({});
  };
  await readerOf({ requestJson }).allows({
    verb: "get",
    group: "",
    resource: "pods/portforward",
    namespace: "trident",
  });
  return sent as SentObject;
}
