import { counted, describeCount } from "../../wording/counted.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import {
  describeKeysChosen,
  documentOfSide,
  indented,
  linesOfSide,
  type JobContext,
  type JobReport,
} from "../show/job-report.ts";
import type { KeySample } from "../../copy/store/key-sample.ts";
import type { Job } from "../words/parse-command.ts";
import { compareStores, type ComparedStores } from "./compare-stores.ts";

/** Compares both sides and says what `copy` with the same flags would do. Writes nothing. */
export async function planJob({ job, source, destination, signal, onProgress }: JobContext): Promise<JobReport> {
  const found = await compareStores({
    source: source.store,
    destination: destination.store,
    range: job.range,
    signal,
    onProgress: (progress) => {
      onProgress({ phase: "looking", bytesDone: 0, ...progress });
    },
  });
  const refusals = refusalsOf(found, job);
  const warnings = warningsOf(found, job);
  const verdict =
    refusals.length === 0
      ? [describeCopy(found)]
      : ["A copy would be refused, with nothing written:", ...refusals.map((refusal) => `- ${refusal}`)];
  return {
    outcome: refusals.length === 0 ? "done" : "refused",
    lines: [
      `Plan for the keys ${describeKeysChosen(job)}. Nothing was written.`,
      "",
      ...linesOfSide(source, found.source.revision),
      indented(describeSource(found)),
      ...linesOfSide(destination, found.destination.revision),
      indented(describeDestination(found)),
      "",
      ...warnings.map((warning) => `Note: ${warning}`),
      ...verdict,
    ],
    document: {
      source: {
        ...documentOfSide(source, found.source.revision),
        keys: found.source.keys,
        bytes: found.source.bytes,
        largestValue: found.source.largestValue ?? null,
        leased: found.source.leased,
      },
      destination: {
        ...documentOfSide(destination, found.destination.revision),
        keys: found.destination.keys,
        equal: found.destination.equal,
        otherValue: found.destination.otherValue,
        notInSource: found.destination.notInSource,
        leased: found.destination.leased,
      },
      toWrite: found.missing,
      refusals,
      warnings,
    },
  };
}

/** Why `copy` would not begin. */
function refusalsOf({ source, destination, tooLarge }: ComparedStores, job: Job): string[] {
  const refusals: string[] = [];
  if (source.keys === 0 && !job.allowEmpty) {
    const flag = "urls" in job.from ? "--from" : "--from-snapshot";
    refusals.push(`the source has no such key. Check ${flag} and --prefix; if that is right, add --allow-empty`);
  }
  if (source.leased.count > 0 && job.leases === "refuse") {
    refusals.push(
      `${describeSample(source.leased)} of the source have a lease, which a copy cannot carry over. Stop what holds the leases, or add --leases copy-without`,
    );
  }
  const foreign: readonly (readonly [KeySample, string])[] = [
    [destination.otherValue, "have another value in the destination"],
    [destination.notInSource, "are in the destination and not in the source"],
    [destination.leased, "of the destination have a lease, and would vanish with it"],
  ];
  for (const [sample, what] of foreign) {
    if (sample.count > 0) {
      refusals.push(`${describeSample(sample)} ${what}. Remove them, or use an empty destination`);
    }
  }
  if (tooLarge !== undefined) {
    refusals.push(tooLarge.message);
  }
  return refusals;
}

function warningsOf({ source }: ComparedStores, job: Job): string[] {
  const warnings: string[] = [];
  if (source.leased.count > 0 && job.leases === "copy-without") {
    warnings.push(`${describeSample(source.leased)} have a lease in the source and would be permanent in the copy.`);
  }
  return warnings;
}

function describeSource({ source }: ComparedStores): string {
  const { keys, bytes, largestValue, leased } = source;
  const largest = largestValue === undefined ? "" : `, largest value ${describeBytes(largestValue.bytes)}`;
  const leases = leased.count === 0 ? "none" : describeCount(leased.count);
  return `${counted(keys, "key")}, ${describeBytes(bytes)}${largest}; ${leases} with a lease`;
}

function describeDestination({ destination }: ComparedStores): string {
  const { keys, equal, otherValue, notInSource } = destination;
  if (keys === 0) {
    return "no such key yet";
  }
  return (
    `${counted(keys, "key")}: ${describeCount(equal)} equal to the source's, ` +
    `${describeCount(otherValue.count)} with another value, ${describeCount(notInSource.count)} that the source does not have`
  );
}

function describeCopy({ source, destination, missing }: ComparedStores): string {
  if (source.keys === 0) {
    return "A copy would find nothing to write.";
  }
  if (missing.keys === 0) {
    return `A copy would find all ${counted(source.keys, "key")} copied already, and compare them on both sides.`;
  }
  const there = destination.equal === 0 ? "" : `, leave ${counted(destination.equal, "key")} as already copied`;
  return (
    `A copy would write ${counted(missing.keys, "key")} (${describeBytes(missing.bytes)})${there}, ` +
    `then compare all ${describeCount(source.keys)} on both sides.`
  );
}

function describeSample({ count, first }: KeySample): string {
  return `${counted(count, "key")} (${first.join(", ")}${count > first.length ? ", ..." : ""})`;
}
