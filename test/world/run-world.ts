/**
 * Plays COUNT acts (default 200) of seed SEED (default 1), from its act FIRST on (default 1), on the sandbox of
 * TRIDENT_ETCD_SANDBOX_INSTANCE, which runs already. Its last line adds them up; it exits 1 when there was a lie or a loss, or no act. LIE=plan, serving or key puts a lie in on purpose.
 */
import { describeTotals, playWorld } from "./play-world.ts";

const seed = wholeNumber("SEED", 1);
const first = wholeNumber("FIRST", 1);
const count = wholeNumber("COUNT", 200);
const lie = process.env.LIE;
if (lie !== undefined && lie !== "" && lie !== "plan" && lie !== "serving" && lie !== "key") {
  throw new Error(`LIE is to be plan, serving or key, not ${lie}`);
}
console.log(`${count} acts of seed ${seed}; the same again: SEED=${seed} FIRST=${first} COUNT=${count} make world`);
const totals = await playWorld({
  seed,
  first,
  count,
  lie: lie === "" ? undefined : lie,
  namespace: "world",
  say: (line) => {
    console.log(line);
  },
});
console.log(describeTotals(totals));
process.exitCode = totals.lies > 0 || totals.lost > 0 || totals.acts === 0 ? 1 : 0;

function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name] ?? String(otherwise);
  if (!/^\d+$/.test(text) || Number(text) === 0) {
    throw new Error(`${name} is to be a whole number from 1 on, not ${text}`);
  }
  return Number(text);
}
