import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkSettings } from "../../program/settings/read-settings.ts";
import { claimSource } from "../../program/legacy-trident.ts";

describe("the images that read the claim of an uninstalled Trident", () => {
  it("are those that came with Trident and the members' own, the oldest first", () => {
    const tags = claimSource(checkSettings({})).etcdImages.map((image) => image.split(":")[1]);
    assert.deepEqual(tags, ["v3.1.5", "v3.2.19", "v3.3.9", "v3.3.10", "v3.3.12", "v3.4.22"]);
    const older = claimSource(checkSettings({ etcdVersion: "3.2.25" })).etcdImages;
    assert.equal(older.at(2), "quay.io/coreos/etcd:v3.2.25");
  });

  it("come from the private registry, as the copy's does", () => {
    const { etcdImages, copyImage } = claimSource(checkSettings({ imageRegistry: "registry.example:5000/mirror" }));
    assert.equal(etcdImages[0], "registry.example:5000/mirror/coreos/etcd:v3.1.5");
    assert.equal(copyImage, "registry.example:5000/mirror/busybox:1.28.0-glibc");
  });

  it("are the one that is set", () => {
    const legacyEtcdImage = "quay.io/coreos/etcd:v3.3.10";
    assert.deepEqual(claimSource(checkSettings({ legacyEtcdImage })).etcdImages, [legacyEtcdImage]);
  });
});
