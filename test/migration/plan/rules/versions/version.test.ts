import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseVersion, versionOfImage } from "../../../../../migration/plan/rules/versions/version.ts";

describe("versions", () => {
  it("are read from tags, with or without a v, and not guessed", () => {
    assert.equal(versionOfImage("registry.example:5000/etcd:v3.3.12")?.text, "3.3.12");
    assert.equal(versionOfImage("netapp/trident:18.01")?.minor, 1);
    assert.equal(versionOfImage("netapp/trident:19.04.0-test@sha256:aa")?.patch, 0);
    for (const image of ["registry.example:5000/etcd", "etcd:latest", "etcd@sha256:aa"]) {
      assert.equal(versionOfImage(image), undefined);
    }
    assert.equal(parseVersion("v1.27.3-gke.100")?.minor, 27);
  });
});
