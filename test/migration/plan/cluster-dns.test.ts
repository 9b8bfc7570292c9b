import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findClusterDns, judgeClusterDns } from "../../../migration/plan/cluster-dns.ts";
import { FakePlanEnvironment } from "./fake-plan-environment.ts";

const services = "/api/v1/namespaces/kube-system/services?labelSelector=k8s-app%3Dkube-dns";
const openShift = "/api/v1/namespaces/openshift-dns/services";

describe("the cluster's DNS", () => {
  it("is no risk when its Service has an endpoint", async () => {
    assert.deepEqual(await judged(new FakePlanEnvironment().withDns()), []);
  });

  it("is found on OpenShift, too", async () => {
    const environment = new FakePlanEnvironment();
    environment.lists.set(openShift, [{ metadata: { name: "dns-default" } }]);
    environment.objects.set("/api/v1/namespaces/openshift-dns/endpoints/dns-default", {
      subsets: [{ addresses: [{}] }],
    });
    assert.deepEqual(await judged(environment), []);
  });

  it("is a risk when its Service has no endpoint, naming it", async () => {
    const environment = new FakePlanEnvironment().withDns();
    environment.objects.set("/api/v1/namespaces/kube-system/endpoints/kube-dns", { subsets: [] });
    assert.match(
      (await judged(environment)).join("\n"),
      /^The DNS Service kube-system\/kube-dns has no ready endpoint/,
    );
  });

  it("is a risk when there is none, since that it works can't be tried without a pod", async () => {
    assert.match(
      (await judged(new FakePlanEnvironment())).join("\n"),
      /k8s-app=kube-dns.*can't be tried without a pod/,
    );
  });

  it("is a risk when it can't be looked at", async () => {
    const environment = new FakePlanEnvironment();
    environment.forbidden.add(services).add(openShift);
    assert.match((await judged(environment)).join("\n"), /can't be looked at with these permissions/);
  });

  async function judged({ reader }: FakePlanEnvironment): Promise<string[]> {
    return judgeClusterDns(await findClusterDns(reader), "trident-etcd");
  }
});
