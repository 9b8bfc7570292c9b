import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { load } from "js-yaml";
import { isOurs } from "../../migration/kubernetes/ownership.ts";
import { problemOfCrd, type ServedCrd } from "../../migration/destroy/crd.ts";
import { crdAddress, crdFile, pageAddress, withBlocks } from "./least-privilege-page.ts";

const writer = "run: node_modules/.bin/node test/docs/write-least-privilege.ts";

describe("the page on what an installer may do", () => {
  it("shows the roles that a plan prints", () => {
    const page = readFileSync(pageAddress, "utf8");
    assert.equal(page, withBlocks(page), writer);
  });

  it("has the CRD beside it, which the program then takes for somebody else's and can work with", () => {
    const file = readFileSync(crdAddress, "utf8");
    assert.equal(file, crdFile(), writer);
    const crd = load(file) as ServedCrd;
    assert.ok(!isOurs(crd));
    assert.equal(problemOfCrd(crd), undefined);
  });
});
