import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  legacyClaimPresent,
  noLegacyTrident,
  persistentVolumeClaim,
  recordInvalid,
  type NamedLegacyTrident,
} from "../../../migration/blockers/legacy-blockers.ts";
import { inSettings } from "../../../migration/wording/in-settings.ts";

const legacy: NamedLegacyTrident = {
  ...{ namespace: "storage", name: "trident", claim: "trident", clientPort: 8001 },
  etcdContainer: { name: "etcd" },
};

describe("a migration without a legacy Trident", () => {
  it("is told of the Trident that runs, and how to go on with it", () => {
    const { message, remedy } = noLegacyTrident("storage", "trident", "Trident already runs on an external etcd");
    assert.match(message, /: in namespace storage Trident already runs on an external etcd\.$/);
    assert.match(inSettings(remedy), /go on with the Trident that runs \(Deployment trident\).*set migrate false/);
  });

  it("is told where the state was looked for: nowhere, under a name, by its label", () => {
    const search = (claim: string | undefined, ...labelled: string[]) =>
      noLegacyTrident("storage", "trident", { claim, labelled });
    assert.match(search(undefined).message, /there is no such Deployment \(trident\)\.$/);
    assert.match(search("state").message, /no PersistentVolumeClaim state, and none other with/);
    assert.match(inSettings(search("state").remedy), /^Look for the old Trident with .*set migrate false/);
    assert.match(search("state", "old", "older").message, /, and old, older with a Trident's label/);
    assert.match(inSettings(search("state", "old", "older").remedy), /`pulumi config set legacyClaim old`/);
  });
});

describe("the claim of an uninstalled Trident", () => {
  it("of the usual name needs no other setting to be migrated from", () => {
    const { object, message, remedy } = legacyClaimPresent("storage", ["trident"]);
    assert.equal(object, "PersistentVolumeClaim/trident");
    assert.match(message, /^PersistentVolumeClaim trident in namespace storage holds the state/);
    assert.doesNotMatch(remedy, /legacyClaim/);
    assert.match(inSettings(remedy), /set migrate true`\. .*set abandonedClaim trident`/);
  });

  it("of another name, or one of several, is named to be migrated from; all of them to be given up", () => {
    assert.match(
      inSettings(legacyClaimPresent("storage", ["old"]).remedy),
      /migrate true` and `pulumi config set legacyClaim old`\./,
    );
    const { message, remedy } = legacyClaimPresent("storage", ["trident", "old"]);
    assert.match(message, /^PersistentVolumeClaims trident, old in namespace storage hold the state/);
    assert.match(inSettings(remedy), /set legacyClaim trident`.*set abandonedClaim trident,old`/);
  });

  it("that can't be used is said to be a Deployment's only where there is one", () => {
    const used = persistentVolumeClaim(legacy, "is not bound");
    assert.match(used.message, /on which Deployment trident keeps Trident's state, is not bound\.$/);
    assert.match(used.remedy, /^Put the claim or the Deployment's volume right/);
    const left = persistentVolumeClaim({ ...legacy, isUninstalled: true }, "is mounted by pod x");
    assert.match(left.message, /which has the state of a Trident that was uninstalled, is mounted by pod x\.$/);
    assert.match(left.remedy, /^Put the claim right, or remove what uses it/);
  });
});

describe("a record that can't be read", () => {
  it("is said to be so in one sentence, and what to do about it in the others", () => {
    const { object, message, remedy } = recordInvalid(
      new Error("It is no JSON (v1.2). Look at it. Put it right."),
      "r",
    );
    assert.deepEqual([object, message, remedy], ["ConfigMap/r", "It is no JSON (v1.2).", "Look at it. Put it right."]);
  });
});
