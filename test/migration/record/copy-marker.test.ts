import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { earlierPassOf, copyMarkerText, type CopyMarker } from "../../../migration/record/copy-marker.ts";
import type { MigrationRecord } from "../../../migration/record/migration-record.ts";

const marker: CopyMarker = {
  destinationClusterId: "2",
  destinationRevision: "10",
  empty: true,
  sourceClusterId: "1",
  sourceRevision: "77",
};
const clusters = { source: "1", destination: "2" };

describe("the marker of a first pass", () => {
  it("makes keys its own that were created once after the destination was empty, and have no lease", () => {
    const earlier = earlierPassOf(recordWith(copyMarkerText(marker)), clusters);
    assert.ok(earlier);
    assert.ok(earlier.isAsLeft(entry(11n, 11n)));
    assert.ok(!earlier.isAsLeft(entry(10n, 10n)), "as old as the marker");
    assert.ok(!earlier.isAsLeft(entry(11n, 12n)), "changed");
    assert.ok(!earlier.isAsLeft(entry(11n, 11n, 5n)), "with a lease");
  });

  it("tells the source's revision that was copied, unless the source is another one", () => {
    const record = recordWith(copyMarkerText(marker));
    assert.equal(earlierPassOf(record, clusters)?.since, 77n);
    assert.equal(earlierPassOf(record, { ...clusters, source: "3" })?.since, 0n);
  });

  it("says nothing of another destination, nor when there is none", () => {
    assert.equal(earlierPassOf(recordWith(copyMarkerText(marker)), { ...clusters, destination: "3" }), undefined);
    assert.equal(earlierPassOf(recordWith(undefined), clusters), undefined);
  });

  it("that somebody wrote by hand is refused, naming the key", () => {
    for (const text of ["", "{", "null", "{}", copyMarkerText({ ...marker, destinationRevision: "-1" })]) {
      assert.throws(() => earlierPassOf(recordWith(text), clusters), {
        name: "MigrationRecordInvalidError",
        message: /under firstPass/,
      });
    }
  });
});

function recordWith(firstPass: string | undefined): MigrationRecord {
  return { namespace: "n", name: "r", uid: "u", ...(firstPass === undefined ? {} : { firstPass }) };
}

function entry(createRevision: bigint, modRevision: bigint, lease = 0n) {
  return { key: Buffer.from("k"), value: Buffer.from("v"), createRevision, modRevision, lease };
}
