import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  checkImages,
  isOfSchema1,
  refusesSchema1,
  type ImageFacts,
} from "../../../../../migration/plan/rules/versions/images.ts";

const operator = "quay.io/coreos/etcd-operator:v0.9.4";
const images = { operator, etcd: "quay.io/coreos/etcd:v3.4.22" };
const node = { name: "a", architecture: "amd64", runtime: "containerd", runtimeVersion: "1.7.2", images: [] };
const facts: ImageFacts = { flow: "install", tridentImage: "netapp/trident:19.04.0", images, nodes: [node] };
const newer = { ...node, name: "b", runtimeVersion: "2.1.4" };
const arm = { ...node, name: "c", architecture: "arm64" };

describe("images and the nodes that are to pull them", () => {
  it("go together on amd64 with a runtime that pulls schema 1", () => {
    assert.deepEqual(checkImages(facts), { blockers: [], risks: [] });
  });

  it("are blocked where a runtime no longer pulls the operator's, with the line that copies it", () => {
    const [blocker, ...others] = checkImages({ ...facts, nodes: [node, newer] }).blockers;
    assert.deepEqual(others, []);
    assert.equal(blocker?.kind, "unpullableImage");
    assert.match(blocker.message, /: b \(containerd 2\.1\.4\)\.$/);
    assert.match(
      blocker.remedy,
      /skopeo copy --format v2s2 docker:\/\/quay\.io\/coreos\/etcd-operator:v0\.9\.4 docker:\/\/REGISTRY\/coreos\/etcd-operator:v0\.9\.4/,
    );
  });

  it("are not blocked where every such node has it, where it is another's, or where the etcd is", () => {
    assert.deepEqual(checkImages({ ...facts, nodes: [{ ...newer, images: [operator] }] }).blockers, []);
    const mirrored = { ...images, operator: "registry.example.com/coreos/etcd-operator@sha256:1" };
    assert.deepEqual(checkImages({ ...facts, images: mirrored, nodes: [newer] }).blockers, []);
    assert.deepEqual(checkImages({ ...facts, images: undefined, nodes: [newer] }).blockers, []);
  });

  it("are a risk to a stack that serves, and nothing to a rollback", () => {
    const { blockers, risks } = checkImages({ ...facts, flow: "installed", nodes: [newer] });
    assert.deepEqual([blockers.length, risks[0]?.kind], [0, "service"]);
    assert.deepEqual(checkImages({ ...facts, flow: "rollback", nodes: [newer] }), { blockers: [], risks: [] });
  });

  it("are not known to go together where nodes may not be listed", () => {
    assert.deepEqual(
      checkImages({ ...facts, nodes: undefined }).risks.map(({ kind }) => kind),
      ["knowledge"],
    );
  });

  it("are blocked where no node is amd64, unless they may have been built for others", () => {
    assert.equal(checkImages({ ...facts, nodes: [arm] }).blockers[0]?.kind, "otherArchitecture");
    const own = { ...facts, tridentImage: "own/trident:19.04.0", images: { ...images, operator: "own/operator:1" } };
    const { blockers, risks } = checkImages({ ...own, nodes: [arm] });
    assert.deepEqual([blockers.length, risks.length], [0, 1]);
  });

  it("are a risk where some nodes are not amd64, with the label that tells them apart", () => {
    const { blockers, risks } = checkImages({ ...facts, nodes: [node, arm] });
    assert.deepEqual(blockers, []);
    assert.match(risks[0]?.message ?? "", /c \(arm64\).*kubernetes\.io\/arch: amd64/);
  });
});

describe("an image of schema 1", () => {
  for (const [image, is] of [
    [operator, true],
    ["quay.io/coreos/etcd-operator@sha256:1", true],
    ["quay.io/coreos/etcd:v3.3.12", true],
    ["quay.io/coreos/etcd:v3.4.3", true],
    ["quay.io/coreos/etcd:v3.4.22", false],
    ["quay.io/coreos/etcd:v3.5.6", false],
    ["registry.example.com/coreos/etcd-operator:v0.9.4", false],
    ["netapp/trident:19.04.0", false],
  ] as const) {
    it(`is ${is ? "" : "not known to be "}${image}`, () => {
      assert.equal(isOfSchema1(image), is);
    });
  }

  for (const [runtime, runtimeVersion, refuses] of [
    ["containerd", "1.6.20", false],
    ["containerd", "2.0.1", true],
    ["containerd", "2.1.4", true],
    ["docker", "25.0.3", false],
    ["docker", "26.1.4", true],
    ["cri-o", "1.34.0", false],
  ] as const) {
    it(`is ${refuses ? "no longer " : ""}pulled by ${runtime} ${runtimeVersion}`, () => {
      assert.equal(refusesSchema1({ runtime, runtimeVersion }), refuses);
    });
  }
});
