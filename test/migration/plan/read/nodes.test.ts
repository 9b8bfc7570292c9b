import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { readNodes } from "../../../../migration/plan/read/nodes.ts";

describe("the nodes that pods may be placed on", () => {
  it("are those that are not cordoned, with their runtime, processors and images", async () => {
    const status = {
      nodeInfo: { architecture: "amd64", containerRuntimeVersion: "containerd://2.1.4" },
      images: [{ names: ["quay.io/coreos/etcd@sha256:1", "quay.io/coreos/etcd:v3.4.22"] }, {}],
    };
    const nodes = [
      { metadata: { name: "a" }, status },
      { metadata: { name: "b" }, spec: { unschedulable: true } },
    ];
    assert.deepEqual(await readNodes(listing(nodes)), [
      {
        ...{ name: "a", architecture: "amd64", runtime: "containerd", runtimeVersion: "2.1.4" },
        images: ["quay.io/coreos/etcd@sha256:1", "quay.io/coreos/etcd:v3.4.22"],
      },
    ]);
  });

  it("are not known to whom may not list them", async () => {
    assert.equal(await readNodes(listing(undefined)), undefined);
  });
});

function listing(nodes: readonly ServedObject[] | undefined) {
  return { list: () => Promise.resolve(nodes) };
}
