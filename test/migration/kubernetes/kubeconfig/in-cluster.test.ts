import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inCluster } from "../../../../migration/kubernetes/kubeconfig/in-cluster.ts";

describe("the cluster that this process runs in", () => {
  const environment = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "in-cluster-"));
    await writeFile(join(folder, "token"), "t");
    await writeFile(join(folder, "ca.crt"), "c");
  });
  after(() => rm(folder, { recursive: true }));

  it("is known by its Service and the pod's service account", () => {
    const found = inCluster(environment, folder);
    assert.equal(found?.clusters.get("in-cluster")?.server, "https://10.96.0.1:443");
    assert.equal(found.clusters.get("in-cluster")?.certificateAuthority.file, join(folder, "ca.crt"));
    assert.equal(found.users.get("service-account")?.tokenFile, join(folder, "token"));
  });

  it("may have an IPv6 address", () => {
    const found = inCluster({ ...environment, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder);
    assert.equal(found?.clusters.get("in-cluster")?.server, "https://[fd00::1]:443");
  });

  it("is none without a service account or a Service", () => {
    assert.equal(inCluster(environment, join(folder, "nothing")), undefined);
    assert.equal(inCluster({}, folder), undefined);
  });
});
