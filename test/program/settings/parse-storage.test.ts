import assert from "node:assert/strict";
import { test } from "node:test";

import { memberStorageClass, memberStorageSize } from "../../../program/settings/parse-storage.ts";

test("takes an amount of storage, or none", () => {
  for (const text of ["", "4Gi", "512Mi", "1T"]) assert.equal(memberStorageSize(text), text);
  for (const text of ["4", "0Gi", "4 Gi", "-1Gi", "4gb"]) assert.throws(() => memberStorageSize(text), /such as 4Gi/);
});

test("takes the name of a StorageClass, or none", () => {
  for (const text of ["", "fast", "fast.ssd-1"]) assert.equal(memberStorageClass(text), text);
  for (const text of ["Fast", "fast/ssd", "-fast"])
    assert.throws(() => memberStorageClass(text), /name of a StorageClass/);
});
