import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRunReport } from "../../../../migration/snapshot/schedule/run-report.ts";

const file = "trident-etcd-storage-2026-11-30T152015Z.db";

describe("the last words of a run", () => {
  it("name what was saved", () => {
    const words = `{"file":"${file}","revision":77,"keys":12,"bytes":4128,"hash":2041}\n`;
    const savedAt = new Date("2026-11-30T15:20:15Z");
    const saved = { outcome: "saved", file, savedAt, revision: "77", keys: 12, bytes: 4128, hash: 2041 };
    assert.deepEqual(readRunReport(words), saved);
  });

  it("say why nothing was", () => {
    assert.deepEqual(readRunReport('{"error":"no space left on device"}'), {
      outcome: "failed",
      reason: "no space left on device",
    });
  });

  it("are somebody else's where they say neither", () => {
    const notOurs = `{"file":"${file}.partial","revision":77,"keys":12,"bytes":4128,"hash":2041}`;
    for (const words of [undefined, "", "sh: etcdctl: not found", "null", "[]", '{"file":"x"}', notOurs]) {
      assert.equal(readRunReport(words), undefined);
    }
  });
});
