import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { archiveImageNames, dockerNames, fullImageName, ociNames } from "../../../sandbox/images/archive-names.ts";
import { withoutGiven } from "../../../sandbox/images/import-images.ts";

test("a short image name is completed as a container runtime does", () => {
  assert.equal(fullImageName("busybox"), "docker.io/library/busybox:latest");
  assert.equal(fullImageName("busybox:1.28.0-glibc"), "docker.io/library/busybox:1.28.0-glibc");
  assert.equal(fullImageName("netapp/trident:19.04.0"), "docker.io/netapp/trident:19.04.0");
  assert.equal(fullImageName("quay.io/coreos/etcd:v3.4.22"), "quay.io/coreos/etcd:v3.4.22");
  assert.equal(fullImageName("localhost:5000/etcd"), "localhost:5000/etcd:latest");
});

test("the manifest of docker save names all tags of all images", () => {
  const manifest = [{ RepoTags: ["netapp/trident:19.04.0", "other:1"] }, { RepoTags: null }];
  assert.deepEqual(dockerNames(JSON.stringify(manifest)), [
    "docker.io/netapp/trident:19.04.0",
    "docker.io/library/other:1",
  ]);
});

test("the index of the OCI layout names images by either annotation, and a bare tag names none", () => {
  const index = {
    manifests: [
      { annotations: { "io.containerd.image.name": "quay.io/coreos/etcd:v3.4.22" } },
      { annotations: { "org.opencontainers.image.ref.name": "docker.io/netapp/trident:19.04.0" } },
      { annotations: { "org.opencontainers.image.ref.name": "latest" } },
      {},
    ],
  };
  assert.deepEqual(ociNames(JSON.stringify(index)), [
    "quay.io/coreos/etcd:v3.4.22",
    "docker.io/netapp/trident:19.04.0",
  ]);
});

test("an archive packed with ./ before its members is read too, and one of something else names nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "archive-names-"));
  try {
    writeFileSync(join(directory, "manifest.json"), '[{"RepoTags":["busybox:1"]}]');
    writeFileSync(join(directory, "notes.txt"), "nothing");
    execFileSync("tar", ["-cf", join(directory, "image.tar"), "-C", directory, "./manifest.json"]);
    execFileSync("tar", ["-cf", join(directory, "other.tar"), "-C", directory, "notes.txt"]);
    assert.deepEqual(await archiveImageNames(join(directory, "image.tar")), ["docker.io/library/busybox:1"]);
    assert.deepEqual(await archiveImageNames(join(directory, "other.tar")), []);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a given image takes the place of the made one with its very name, and of no other", () => {
  const table = [{ name: "quay.io/coreos/etcd:v3.3.12" }, { name: "quay.io/coreos/etcd:v3.4.22" }];
  const given = [{ name: "quay.io/coreos/etcd:v3.3.12" }, { name: "docker.io/library/something:1" }];
  assert.deepEqual(withoutGiven(table, given), [{ name: "quay.io/coreos/etcd:v3.4.22" }]);
});
