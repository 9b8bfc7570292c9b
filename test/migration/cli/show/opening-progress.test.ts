import assert from "node:assert/strict";
import { test } from "node:test";
import { openingProgress } from "../../../../migration/cli/show/opening-progress.ts";
import type { Progress } from "../../../../migration/cli/show/progress-display.ts";

test("a large file's opening is shown, once for its checksum and once for its keys; a small one's is not", () => {
  const shown: Progress[] = [];
  const report = openingProgress((progress) => shown.push(progress));
  report({ part: "checksum", bytesDone: 1000, bytesTotal: 100_000 });
  assert.deepEqual(shown, []);
  const [bytesDone, bytesTotal] = [1_000_000, 1_000_000_000];
  report({ part: "checksum", bytesDone, bytesTotal });
  report({ part: "keys", bytesDone, bytesTotal });
  assert.deepEqual(shown, [
    { phase: "readingFile", keysDone: 0, keysTotal: 0, bytesDone, bytesTotal },
    { phase: "findingKeys", keysDone: 0, keysTotal: 0, bytesDone, bytesTotal },
  ]);
});
