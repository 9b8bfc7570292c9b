import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findSilentDns, judgeClusterDns } from "../../../../../migration/plan/rules/etcd/cluster-dns.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { FakePlanEnvironment } from "../../fake-plan-environment.ts";

const answering = { subsets: [{ addresses: [{ ip: "10.0.0.10" }] }] };

describe("the cluster's DNS", () => {
  for (const [where, name] of [
    ["kube-system", "kube-dns"],
    ["kube-system", "coredns"],
    ["kube-system", "rke2-coredns-rke2-coredns"],
    ["openshift-dns", "dns-default"],
  ] as const) {
    it(`is no risk when it answers as Service ${name} in ${where}`, async () => {
      assert.deepEqual(await judged(withService(where, name, answering)), []);
    });
  }

  it("is a risk when no Service on its port has an endpoint, naming one", async () => {
    assert.match(
      (await judged(withService("kube-system", "kube-dns", { subsets: [] }))).join("\n"),
      /^The DNS Service kube-system\/kube-dns has no ready endpoint/,
    );
  });

  it("is no risk when one Service of two has an endpoint", async () => {
    const environment = withService("kube-system", "kube-dns", { subsets: [] });
    assert.deepEqual(await judged(withService("openshift-dns", "dns-default", answering, environment)), []);
  });

  it("is no risk when nothing can be told: no such Service, none that may be seen, or no Endpoints", async () => {
    const metrics = new FakePlanEnvironment();
    metrics.lists.set(services("kube-system"), [{ metadata: { name: "metrics" }, spec: { ports: [{ port: 9153 }] } }]);
    const forbidden = new FakePlanEnvironment();
    forbidden.forbidden.add(services("kube-system")).add(services("openshift-dns"));
    const slicesOnly = withService("kube-system", "kube-dns", undefined);
    for (const each of [new FakePlanEnvironment(), metrics, forbidden, slicesOnly]) {
      assert.deepEqual(await judged(each), []);
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

  async function judged({ reader }: FakePlanEnvironment): Promise<string[]> {
    return judgeClusterDns(await findSilentDns(reader), "trident-etcd");
  }
});
