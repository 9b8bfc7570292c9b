import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { startSandbox } from "../../sandbox/start-sandbox.ts";
import { stopSandbox } from "../../sandbox/stop-sandbox.ts";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-environment.ts";
import { shuffled } from "../run-order.ts";
import { checkRun } from "./check-run.ts";
import { installLegacyWithKeys, serveAlone } from "./legacy-with-keys.ts";
import { previewCells, upCells, type PreviewCell, type PreviewOptions } from "./preview-options.ts";
import type { PreviewMeasurement } from "./preview-results.ts";
import { programNames, writeProgram, type ProgramName } from "./programs.ts";
import { createTimedStack, type TimedRun, type TimedStack } from "./timed-stack.ts";

export interface PreviewBench {
  readonly report: (line: string) => void;
  readonly isInterrupted: () => boolean;
}

const fewNamespace = "trident-few";
const manyNamespace = "trident-many";

/** What each figure is a run of. */
type Stacks = Readonly<Record<"few" | "many" | "withoutPlan" | "empty" | "emptyWithPulumi", TimedStack>>;

/**
 * All figures on one fresh sandbox: the previews of two legacy Tridents, one of which serves at a time, then the migration of the larger one, then
 * the ups. A run that fails, or does something else than what is timed, ends the benchmark; an interrupt ends it with what
 * there is.
 */
export async function runPreviewBenchmark(bench: PreviewBench, options: PreviewOptions): Promise<PreviewMeasurement[]> {
  const { report } = bench;
  const folder = await mkdtemp(join(tmpdir(), "trident-etcd-preview-"));
  try {
    report("a fresh sandbox");
    await stopSandbox(() => undefined);
    await startSandbox(() => undefined);
    report(`two legacy Tridents, with ${options.fewKeys} and ${options.manyKeys.toLocaleString("en")} keys`);
    await installLegacyWithKeys(fewNamespace, options.fewKeys);
    await installLegacyWithKeys(manyNamespace, options.manyKeys);
    const stacks = await createStacks(folder);
    const previews = await measureRounds(bench, options, previewCells(options), stacks);
    if (bench.isInterrupted()) return previews;
    report("migrating the larger one");
    await serveAlone(manyNamespace, fewNamespace);
    await stacks.many.up();
    return [...previews, ...(await measureRounds(bench, options, upCells(options), stacks))];
  } finally {
    await rm(folder, { recursive: true });
    await stopSandbox(report);
  }
}

async function createStacks(folder: string): Promise<Stacks> {
  const environment = {
    ...(await pulumiEnvironment()),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "for this run only",
    KUBECONFIG: kubeconfigPath,
    // Where the program keeps its compiled code between the runs, as it does in use; it goes with the folder.
    TMPDIR: folder,
  };
  const programFolder = (name: ProgramName) => join(folder, name.replaceAll(/\W+/g, "-"));
  for (const name of programNames) await writeProgram(name, programFolder(name));
  const create = (name: string, program: ProgramName, settings: Record<string, string> = {}) =>
    createTimedStack(name, programFolder(program), environment, settings);
  const migrating = { migrate: "true", planDetail: "full", snapshotDirectory: join(folder, "snapshots") };
  return {
    few: await create("few", "whole", { ...migrating, namespace: fewNamespace }),
    many: await create("many", "whole", { ...migrating, namespace: manyNamespace }),
    withoutPlan: await create("without-plan", "without the plan", { ...migrating, namespace: manyNamespace }),
    empty: await create("empty", "empty"),
    emptyWithPulumi: await create("empty-with-pulumi", "empty, with Pulumi"),
  };
}

async function measureRounds(
  { report, isInterrupted }: PreviewBench,
  options: PreviewOptions,
  cells: readonly PreviewCell[],
  stacks: Stacks,
): Promise<PreviewMeasurement[]> {
  const measurements: PreviewMeasurement[] = [];
  // The first run of each is not counted: it makes the stack, and reads from the disk what the others find in memory.
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const cell of shuffled(cells, options.seed + round)) {
      if (isInterrupted()) return measurements;
      const { seconds, printed } = await runCell(cell, options, stacks);
      const name = `${cell.what}, ${cell.keys.toLocaleString("en")} keys: ${seconds.toFixed(2)} s`;
      report(`${round === 0 ? "warming up" : `round ${round} of ${options.rounds}`}: ${name}`);
      if (round === 0) continue;
      checkRun(cell, printed);
      measurements.push({ cell, seconds });
    }
  }
  return measurements;
}

async function runCell({ what, keys }: PreviewCell, { fewKeys }: PreviewOptions, stacks: Stacks): Promise<TimedRun> {
  switch (what) {
    case "preview":
      if (keys === fewKeys) {
        await serveAlone(fewNamespace, manyNamespace);
        return stacks.few.preview();
      }
      await serveAlone(manyNamespace, fewNamespace);
      return stacks.many.preview();
    case "preview without the plan":
      return stacks.withoutPlan.preview();
    case "up without changes":
      return stacks.many.up();
    case "up of an empty program":
      return stacks.empty.up();
    case "up of an empty program that loads Pulumi":
      return stacks.emptyWithPulumi.up();
  }
}
