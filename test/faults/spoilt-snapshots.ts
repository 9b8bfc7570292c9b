import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSnapshotFile } from "../../migration/snapshot/file/open-snapshot-file.ts";
import { SnapshotFileError } from "../../migration/snapshot/file/snapshot-file-error.ts";
import { digestBytes } from "../../migration/snapshot/snapshot-trailer.ts";
import { describedEntries } from "../migration/snapshot/file/described-entries.ts";
import { savedByEtcds, snapshotOf } from "../migration/snapshot/file/saved-by-etcds.ts";
import { SeededRandom } from "./seeded-random.ts";

export type Outcome = "refused" | "identical" | "different";

/** What became of spoilt files: as snapshots, and as databases without a checksum. */
export interface Outcomes {
  readonly snapshots: Readonly<Record<Outcome, number>>;
  readonly databases: Readonly<Record<Outcome, number>>;
  /** What did not end with an answer or a refusal, and snapshots that were read as something else: there is to be none. */
  readonly failures: readonly string[];
}

/** Spoils snapshots of real etcds, each seed in its own way, and reads them. */
export async function readSpoiltSnapshots(firstSeed: number, count: number): Promise<Outcomes> {
  const directory = await mkdtemp(join(tmpdir(), "spoilt-snapshots-"));
  const path = join(directory, "spoilt.db");
  const outcomes = { snapshots: none(), databases: none(), failures: [] as string[] };
  try {
    const sources = await Promise.all(
      savedByEtcds.map((saved) => sourceOf(snapshotOf(saved), `${path}.${saved.version}`)),
    );
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const random = new SeededRandom(seed);
      const { content, expected } = random.pick(sources);
      for (const kind of ["snapshots", "databases"] as const) {
        const whole = kind === "snapshots" ? content : content.subarray(0, -digestBytes);
        const { name, spoilt } = spoil(whole, new SeededRandom(seed));
        await writeFile(path, spoilt);
        try {
          const outcome = await outcomeOf(path, expected, kind === "databases");
          outcomes[kind][outcome] += 1;
          if (kind === "snapshots" && outcome === "different")
            outcomes.failures.push(`seed ${seed} (${name}): read as other keys`);
        } catch (error) {
          outcomes.failures.push(`seed ${seed} (${name}), one of the ${kind}: ${String(error)}`);
        }
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return outcomes;
}

function none(): Record<Outcome, number> {
  return { refused: 0, identical: 0, different: 0 };
}

async function sourceOf(content: Buffer, path: string) {
  await writeFile(path, content);
  return { content, expected: await contentsOf(path, false) };
}

async function outcomeOf(path: string, expected: string, withoutChecksum: boolean): Promise<Outcome> {
  try {
    return (await contentsOf(path, withoutChecksum)) === expected ? "identical" : "different";
  } catch (error) {
    if (error instanceof SnapshotFileError) return "refused";
    throw error;
  }
}

async function contentsOf(path: string, withoutChecksum: boolean): Promise<string> {
  const store = await openSnapshotFile(path, { withoutChecksum });
  try {
    const { revision } = await store.status();
    return [revision.toString(), ...(await describedEntries(store, revision))].join("\n");
  } finally {
    await store.close();
  }
}

const ways: Readonly<Record<string, (content: Buffer, random: SeededRandom) => Buffer>> = {
  "a flipped bit": (content, random) => changed(content, random, 1),
  "flipped bits": (content, random) => changed(content, random, random.whole(2, 50)),
  "flipped bits in headers of pages": (content, random) => {
    for (let times = random.whole(1, 3); times > 0; times -= 1)
      flip(content, pageStart(content, random) + random.whole(0, 79), random);
    return content;
  },
  "a part of zeros": (content, random) => {
    const from = random.whole(0, content.length - 1);
    content.subarray(from, from + random.whole(1, 5000)).fill(0);
    return content;
  },
  "a page in another's place": (content, random) => {
    const [from, to] = [pageStart(content, random), pageStart(content, random)];
    content.copy(content, to, from, from + 4096);
    return content;
  },
  "an end that is missing": (content, random) => content.subarray(0, random.whole(0, content.length - 1)),
  "pages that are missing": (content, random) => content.subarray(0, pageStart(content, random)),
  "a page that is missing in its midst": (content, random) => {
    const start = pageStart(content, random);
    return Buffer.concat([content.subarray(0, start), content.subarray(start + 4096)]);
  },
  "something behind it": (content, random) => Buffer.concat([content, Buffer.alloc(random.whole(1, 9000), "more ")]),
};

function spoil(content: Buffer, random: SeededRandom): { name: string; spoilt: Buffer } {
  const name = random.pick(Object.keys(ways));
  return { name, spoilt: ways[name]?.(Buffer.from(content), random) ?? content };
}

function changed(content: Buffer, random: SeededRandom, times: number): Buffer {
  for (let done = 0; done < times; done += 1) flip(content, random.whole(0, content.length - 1), random);
  return content;
}

function flip(content: Buffer, position: number, random: SeededRandom): void {
  content[position] = (content[position] ?? 0) ^ (1 << random.whole(0, 7));
}

function pageStart(content: Buffer, random: SeededRandom): number {
  return 4096 * random.whole(0, Math.floor(content.length / 4096) - 1);
}
