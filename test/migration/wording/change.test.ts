import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { change, sayChanges } from "../../../migration/wording/change.ts";

describe("what to ask for instead", () => {
  it("is written as TypeScript writes it", () => {
    assert.equal(change({ migrate: true, legacyClaim: "old" }), '{ migrate: true, legacyClaim: "old" }');
    assert.equal(change({ rollback: undefined }), "{ rollback: undefined }");
  });

  it("is found again in a text, whatever its values", () => {
    const inputs = { namespace: 'a "b" { c: 1 }', snapshotDirectory: "", discardedKeys: 12, rollback: undefined };
    const said = sayChanges(`To go on: \`${change(inputs)} && pulumi up\`.`, (changes) => JSON.stringify(changes));
    assert.equal(
      said,
      'To go on: `[["namespace","a \\"b\\" { c: 1 }"],["snapshotDirectory",""],["discardedKeys","12"],["rollback",null]] && pulumi up`.',
    );
  });

  it("is not seen in commands and objects that only look alike", () => {
    const text = `\`kubectl patch --patch '{"data":{"a":"1"}}' --output jsonpath='{.data.a}'\` { a: b } {a: 1}`;
    assert.equal(
      sayChanges(text, () => "wrong"),
      text,
    );
  });
});
