import assert from "node:assert/strict";
import { test } from "node:test";

import { memberStorageSize } from "../../../program/settings/parse-storage.ts";

test("takes an amount of storage, or none", () => {
  for (const text of ["", "4Gi", "512Mi", "1T"]) assert.equal(memberStorageSize(text), text);
  for (const text of ["4", "0Gi", "4 Gi", "-1Gi", "4gb"]) assert.throws(() => memberStorageSize(text), /such as 4Gi/);
});
