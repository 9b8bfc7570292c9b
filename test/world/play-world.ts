import { SeededRandom } from "../faults/seeded-random.ts";
import { drawAct, playRound, type Lie } from "./round.ts";
import { World } from "./world.ts";

export interface Totals {
  acts: number;
  refused: number;
  repaired: number;
  lies: number;
  lost: number;
}

export interface Game {
  readonly seed: number;
  /** The number of the first act that is played; the seed's acts are numbered from 1 on. @default 1 */
  readonly first?: number;
  readonly count: number;
  readonly lie?: Lie;
  readonly namespace: string;
  readonly say: (line: string) => void;
}

/**
 * One namespace, one stack, and acts in the order that the seed gives, each with a line of its own; whether the stack was
 * installed or migrated is the seed's, too. A stack that no way leads out of is given up, and another one is begun.
 */
export async function playWorld({ seed, first = 1, count, lie, namespace, say }: Game): Promise<Totals> {
  const totals: Totals = { acts: 0, refused: 0, repaired: 0, lies: 0, lost: 0 };
  let world: World | undefined;
  try {
    for (let number = first; number < first + count; number += 1) {
      const random = new SeededRandom(seed * 100_003 + number);
      world ??= await begun(namespace, new SeededRandom(seed * 7 + number).chance(0.5) ? "migrated" : "installed", say);
      const act = drawAct(world, random);
      const round = await playRound(world, random, lie, act).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        return {
          what: act.name,
          outcome: "refused" as const,
          lies: [`it could not be gone on: ${why}`],
          lost: [],
          seconds: 0,
        };
      });
      totals.acts += 1;
      if (round.outcome !== "same") totals[round.outcome] += 1;
      totals.lies += round.lies.length > 0 ? 1 : 0;
      totals.lost += round.lost.length;
      say(
        `${String(number).padStart(4)}  ${round.outcome.padEnd(8)}  ${round.seconds.toFixed(0).padStart(3)} s  ${round.what}`,
      );
      for (const each of round.lies) say(`      LIE: ${each}`);
      for (const each of round.lost) say(`      LOST: ${each}`);
      if (round.lies.some((each) => /no way out|could not be gone on|ended with 0, and/.test(each))) {
        await ended(world);
        world = undefined;
      }
    }
  } finally {
    if (world !== undefined) await ended(world);
  }
  return totals;
}

async function begun(namespace: string, mode: "installed" | "migrated", say: (line: string) => void): Promise<World> {
  const world = new World(namespace, mode);
  await world.begin();
  const up = await world.up();
  if (up.code !== 0) throw new Error(`the stack does not come up:\n${up.printed}`);
  say(`      a stack that was ${mode}`);
  return world;
}

/** Whatever is left of it: the next one begins with nothing. */
async function ended(world: World): Promise<void> {
  await world.end();
}

export function describeTotals({ acts, refused, repaired, lies, lost }: Totals): string {
  return `acts=${acts} refused=${refused} repaired=${repaired} lies=${lies} lost=${lost}`;
}
