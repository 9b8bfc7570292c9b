import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSilentDns } from "../../../../migration/plan/read/cluster-dns.ts";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";

const answering = { subsets: [{ addresses: [{ ip: "10.0.0.10" }] }] };

describe("the cluster's DNS", () => {
  for (const [where, name] of [
    ["kube-system", "kube-dns"],
    ["kube-system", "coredns"],
    ["kube-system", "rke2-coredns-rke2-coredns"],
    ["openshift-dns", "dns-default"],
  ] as const) {
    it(`is not silent when it answers as Service ${name} in ${where}`, async () => {
      assert.equal(await silentIn(withService(where, name, answering)), undefined);
    });
  }

  it("is silent when no Service on its port has an endpoint, and named by one", async () => {
    assert.equal(await silentIn(withService("kube-system", "kube-dns", { subsets: [] })), "kube-system/kube-dns");
  });

  it("is not silent when one Service of two has an endpoint", async () => {
    const environment = withService("kube-system", "kube-dns", { subsets: [] });
    assert.equal(await silentIn(withService("openshift-dns", "dns-default", answering, environment)), undefined);
  });

  it("is not called silent when nothing can be told: no such Service, none that may be seen, or no Endpoints", async () => {
    const metrics = new FakePlanEnvironment();
    metrics.lists.set(services("kube-system"), [{ metadata: { name: "metrics" }, spec: { ports: [{ port: 9153 }] } }]);
    const forbidden = new FakePlanEnvironment();
    forbidden.forbidden.add(services("kube-system")).add(services("openshift-dns"));
    const slicesOnly = withService("kube-system", "kube-dns", undefined);
    for (const each of [new FakePlanEnvironment(), metrics, forbidden, slicesOnly]) {
      assert.equal(await silentIn(each), undefined);
    }
  });

  function services(namespace: string): string {
    return `/api/v1/namespaces/${namespace}/services`;
  }

  function withService(
    namespace: string,
    name: string,
    endpoints: ServedObject | undefined,
    environment = new FakePlanEnvironment(),
  ): FakePlanEnvironment {
    environment.lists.set(services(namespace), [{ metadata: { name }, spec: { ports: [{ port: 53 }] } }]);
    if (endpoints !== undefined) {
      environment.objects.set(`/api/v1/namespaces/${namespace}/endpoints/${name}`, endpoints);
    }
    return environment;
  }

  function silentIn({ reader }: FakePlanEnvironment): Promise<string | undefined> {
    return readSilentDns(reader);
  }
});
