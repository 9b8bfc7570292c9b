import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  apisOf,
  chooseApis,
  cronJobApi,
  discoverApis,
  inputOf,
  newestApis,
  oldestMinor,
  unservedApis,
  type Discovery,
} from "../../../migration/kubernetes/cluster-apis.ts";
import { ClusterRequestError } from "../../../migration/kubernetes/errors.ts";

const ofVersion = (version: string): Discovery => ({ version, groupVersions: undefined });

describe("the APIs of a cluster", () => {
  it("are the newest where nothing can be asked", () => {
    const apis = chooseApis({ version: undefined, groupVersions: undefined });
    assert.deepEqual(apis, {
      customResourceDefinition: "apiextensions.k8s.io/v1",
      podDisruptionBudget: "policy/v1",
      lease: "coordination.k8s.io/v1",
      serverSideApply: true,
      numberBounds: true,
      seccompProfile: true,
    });
    assert.deepEqual(apis, newestApis);
  });

  it("follow the version where they can't be listed, however its provider spells it", () => {
    assert.deepEqual(chooseApis(ofVersion("v1.13.4+c0ffee")), {
      customResourceDefinition: "apiextensions.k8s.io/v1beta1",
      podDisruptionBudget: "policy/v1beta1",
      lease: "coordination.k8s.io/v1beta1",
      serverSideApply: false,
      numberBounds: false,
      seccompProfile: false,
    });
    const newer = chooseApis(ofVersion("v1.17.9-eks-4c6976"));
    assert.equal(newer.customResourceDefinition, "apiextensions.k8s.io/v1");
    assert.equal(newer.podDisruptionBudget, "policy/v1beta1");
    assert.deepEqual([newer.serverSideApply, newer.numberBounds, newer.seccompProfile], [true, false, false]);
    assert.deepEqual(chooseApis(ofVersion("v1.34.1")), newestApis);
  });

  it("are those that the cluster lists, whatever its version would have", () => {
    const groupVersions = new Set(["apiextensions.k8s.io/v1beta1", "policy/v1", "policy/v1beta1"]);
    const apis = chooseApis({ version: "v1.21.0", groupVersions });
    assert.equal(apis.customResourceDefinition, "apiextensions.k8s.io/v1beta1");
    assert.equal(apis.podDisruptionBudget, "policy/v1");
  });

  it("have CronJobs in batch/v1 only from 1.21 on, though batch/v1 is older", () => {
    const groupVersions = new Set(["batch/v1", "batch/v1beta1", "policy/v1beta1"]);
    assert.equal(cronJobApi(chooseApis({ version: "v1.14.10", groupVersions })), "batch/v1beta1");
    assert.equal(cronJobApi(chooseApis(ofVersion("v1.20.15"))), "batch/v1beta1");
    assert.equal(cronJobApi(chooseApis(ofVersion("v1.21.0"))), "batch/v1");
    assert.equal(cronJobApi(newestApis), "batch/v1");
  });

  it("are named where none of their forms is served", () => {
    const served = [
      "apiextensions.k8s.io/v1",
      "coordination.k8s.io/v1",
      "networking.k8s.io/v1",
      "rbac.authorization.k8s.io/v1",
      "apps/v1",
    ];
    const discovery = { version: "v1.30.0", groupVersions: new Set([...served, "authorization.k8s.io/v1"]) };
    assert.deepEqual(unservedApis(discovery), [["policy/v1", "policy/v1beta1"]]);
    assert.deepEqual(unservedApis(ofVersion(`v1.${oldestMinor}.0`)), []);
    assert.deepEqual(unservedApis(ofVersion("v1.11.0+d4cacc0")), [
      ["coordination.k8s.io/v1", "coordination.k8s.io/v1beta1"],
    ]);
  });

  it("say nothing in a stack's inputs while they are the newest", () => {
    assert.deepEqual(inputOf(newestApis), {});
    const older = chooseApis(ofVersion("v1.20.0"));
    assert.deepEqual(inputOf(older), { apis: older });
  });

  it("are found by asking for the groups and the version", async () => {
    const answers = new Map<string, unknown>([
      ["/apis", { groups: [{ versions: [{ groupVersion: "policy/v1beta1" }] }, { versions: [] }] }],
      ["/version", { gitVersion: "v1.14.10" }],
    ]);
    assert.deepEqual(await discoverApis((path) => Promise.resolve(answers.get(path))), {
      groupVersions: new Set(["policy/v1beta1"]),
      version: "v1.14.10",
    });
  });

  it("are taken for the newest where discovery is forbidden, and not where the API server fails", async () => {
    const answering = (status: number) => ({
      requestJson: (request: { method: "GET" | "POST" | "DELETE"; path: string }) =>
        Promise.reject(new ClusterRequestError(request, status, "as asked for")),
    });
    assert.deepEqual(await apisOf(answering(403)), newestApis);
    await assert.rejects(apisOf(answering(500)), ClusterRequestError);
  });
});
