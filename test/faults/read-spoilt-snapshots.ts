import { readSpoiltSnapshots, type Outcome } from "./spoilt-snapshots.ts";

// COUNT snapshots' files, spoilt in ways that follow from SEED: none is to be read as other keys than it had.

const [seed, count] = [Number(process.env.SEED ?? 1), Number(process.env.COUNT ?? 1000)];
const { snapshots, databases, failures } = await readSpoiltSnapshots(seed, count);
console.log(`${count} spoilt snapshots from seed ${seed}: ${told(snapshots)}.`);
console.log(`The same as databases without a checksum: ${told(databases)}.`);
failures.forEach((failure) => {
  console.log(failure);
});
console.log(`${count - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function told({ refused, identical, different }: Readonly<Record<Outcome, number>>): string {
  return `${refused} refused, ${identical} read with the keys that they had, ${different} read with others`;
}
