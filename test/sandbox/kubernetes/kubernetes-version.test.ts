import assert from "node:assert/strict";
import { test } from "node:test";

import { kubernetesRelease, parseKubernetesVersion } from "../../../sandbox/kubernetes/kubernetes-version.ts";
import { toolchainPart } from "../../../sandbox/toolchain/parts.ts";

test("a version is named as it is known, and none may be named", () => {
  assert.equal(parseKubernetesVersion("1.14"), "1.14");
  assert.equal(parseKubernetesVersion(""), undefined);
  assert.equal(parseKubernetesVersion(undefined), undefined);
});

test("a version that the sandbox does not have is refused with those that it has", () => {
  assert.throws(() => parseKubernetesVersion("1.15"), {
    name: "RangeError",
    message: "KUBERNETES=1.15: the sandbox has no such version of Kubernetes; it has 1.14, 1.16, 1.34",
  });
});

for (const version of ["1.14", "1.16", "1.34"] as const) {
  test(`what runs Kubernetes ${version} is among the parts that are built for it`, () => {
    const { parts, kube, coredns } = kubernetesRelease(version);
    const binaries = parts.flatMap((name) => Object.keys(toolchainPart(name).binaries));
    assert.deepEqual(binaries, [kube, coredns]);
  });
}

test("what only an old version needs is built on first use", () => {
  for (const [version, onFirstUse] of [
    ["1.14", true],
    ["1.16", true],
    ["1.34", undefined],
  ] as const) {
    for (const name of kubernetesRelease(version).parts) assert.equal(toolchainPart(name).onFirstUse, onFirstUse, name);
  }
});
