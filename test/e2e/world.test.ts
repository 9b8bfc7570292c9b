import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeTotals, playWorld } from "../world/play-world.ts";

const seed = Number(process.env.SEED ?? 3);
const count = Number(process.env.COUNT ?? 12);

describe("a stack in the hands of an administrator", () => {
  it(
    `is told of as it is after each of ${count} acts of seed ${seed}, and loses no key`,
    { timeout: 30 * 60_000 },
    async () => {
      const lines: string[] = [];
      const say = (line: string): void => {
        lines.push(line);
        console.log(line);
      };
      const totals = await playWorld({ seed, count, namespace: "e2e-world", say });
      say(describeTotals(totals));
      assert.deepEqual([totals.acts, totals.lies, totals.lost], [count, 0, 0], lines.join("\n"));
    },
  );
});
