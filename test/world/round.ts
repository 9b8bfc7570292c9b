import type { SeededRandom } from "../faults/seeded-random.ts";
import { acts, type Act, type Done } from "./acts.ts";
import { whatIsNotThere } from "./checks.ts";
import { planWords } from "./plan-words.ts";
import type { EngineStep, Run } from "./pulumi-commands.ts";
import { differences, fingerprints, seenObjects } from "./stack-objects-seen.ts";
import type { World } from "./world.ts";

/** What came of one act. */
export interface Round {
  readonly what: string;
  readonly outcome: "same" | "repaired" | "refused";
  /** Where words and deeds differ, or a run that ended well has left something undone. */
  readonly lies: readonly string[];
  /** Keys that a client was told are stored, and that are gone without a word. */
  readonly lost: readonly string[];
  readonly seconds: number;
}

/** A lie that the harness tells itself, to show that it is seen. */
export type Lie = "plan" | "serving" | "key" | undefined;

export function drawAct(world: World, random: SeededRandom): Act {
  const possible = acts.filter(({ when }) => when === undefined || when(world));
  let left = random.fraction() * possible.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = possible.find(({ weight }) => (left -= weight) < 0);
  if (drawn === undefined) throw new RangeError("no act is possible");
  return drawn;
}

/** One act; `pulumi preview`, `pulumi up`, and whether both said what is so; then the way back to a sound stack. */
export async function playRound(world: World, random: SeededRandom, lie: Lie, act: Act): Promise<Round> {
  const started = performance.now();
  await world.write();
  const done = await act.perform(world, random);
  const before = fingerprints(await seenObjects(world.cluster.kubeconfig, world.namespace));
  const preview = lied(await world.preview(), lie);
  const up = await world.up();
  if (up.code === 0 && lie === "serving") {
    await world.cluster.apps.deleteNamespacedDeployment({ name: "trident", namespace: world.namespace });
  }
  if (lie === "key") await world.etcdctl(["del", world.ledger.any() ?? ""]).catch(() => undefined);
  const after = fingerprints(await seenObjects(world.cluster.kubeconfig, world.namespace));
  const lies = [...disagreements(done, preview, up, differences(before, after))];
  const lost: string[] = [];
  if (up.code === 0) {
    const left = [...((await done.left?.()) ?? []), ...(await whatIsNotThere(world))];
    lies.push(...left.map((problem) => `it ended with 0, and ${problem}`));
    lost.push(...(await missingKeys(world, `${preview.printed}\n${up.printed}`)));
  } else {
    const way = await goTheWay(world, done, up);
    lies.push(...way.lies);
    lost.push(...way.lost);
  }
  if (up.code === 0 && done.mustBeRefused === true) await done.putBack?.();
  if (up.code === 0) world.extra = {};
  const outcome = up.code !== 0 ? "refused" : up.steps.length > 0 ? "repaired" : "same";
  return { what: done.what, outcome, lies, lost, seconds: (performance.now() - started) / 1000 };
}

function lied(preview: Run, lie: Lie): Run {
  if (lie !== "plan") return preview;
  return { ...preview, code: 0, printed: "Namespace x has the Trident of this stack; there is nothing to migrate." };
}

/** Where the plan's words, the engine's steps and what has changed are not of one mind. */
function* disagreements(done: Done, preview: Run, up: Run, changed: readonly string[]): Generator<string> {
  const words = planWords(preview.printed);
  const steps = up.steps.filter(isOfUser);
  if (words.kind === "blocked") {
    if (up.code === 0) yield "the plan is blocked, and up ended with 0";
    if (changed.length > 0) yield `the plan is blocked, and up has changed ${changed.join(", ")}`;
  }
  if (preview.code === 0 && up.code !== 0) {
    yield `the preview says nothing of what up fails with: ${lastError(up.printed)}`;
  }
  if (up.code !== 0 && !isExplained(up.printed)) yield `its failure is explained to nobody: ${lastError(up.printed)}`;
  if (done.mustBeRefused === true) {
    if (up.code === 0) yield "it went on in a world that is not the stack's";
    if (changed.length > 0) yield `refused or not, it has changed ${changed.join(", ")}`;
  }
  if (done.mustChangeNothing === true) {
    if (up.code !== 0) yield `nothing had changed, and it failed: ${lastError(up.printed)}`;
    if (steps.length > 0) yield `nothing had changed, and the engine did ${describeSteps(steps)}`;
  }
  if (up.code !== 0) return;
  // What was changed by hand the engine's own preview tells of; what is missing, the plan.
  const made = steps.filter(({ op }) => op === "create");
  if (words.kind === "nothing" && made.length > 0 && done.isWanted !== true) {
    yield `the plan says that there is nothing to do, and the engine did ${describeSteps(made)}`;
  }
  if (words.kind === "acts" && steps.length === 0) {
    yield `the plan says that ${words.hasSteps ? "there are steps" : words.objects.join(", ")}, and the engine did nothing`;
  }
  if (preview.code === 0) {
    const foretold = new Set(preview.steps.map(keyOf));
    const unforetold = steps.filter((step) => !foretold.has(keyOf(step)));
    if (unforetold.length > 0) yield `no preview told of ${describeSteps(unforetold)}`;
  }
}

/** The stack's own bookkeeping, which is no object of anybody's cluster, may be brought up to date without a word. */
function isOfUser({ type, changes }: EngineStep): boolean {
  return changes && type.startsWith("kubernetes:");
}

function keyOf({ op, name }: EngineStep): string {
  return `${op} ${name}`;
}

function describeSteps(steps: readonly EngineStep[]): string {
  return steps.map(({ op, type, name }) => `${op} ${type.split(":").at(-1) ?? ""} ${name}`).join(", ");
}

/** A failure that says what is wrong and what to do is no lie; one that is a stack trace or an engine's is. */
function isExplained(printed: string): boolean {
  return !/^\s+at .*:\d+:\d+\)?$/m.test(printed) && printed.includes("error:");
}

function lastError(printed: string): string {
  return (/error: [^]*/.exec(printed)?.[0] ?? printed).slice(0, 300).replaceAll(/\s+/g, " ");
}

/** A key that is gone and of which nothing was said. */
async function missingKeys(world: World, said: string): Promise<string[]> {
  const state = await world.state().catch(() => undefined);
  if (state === undefined) return [];
  const missing = world.ledger.missingIn(state);
  world.ledger.givenUp(missing);
  return isAdmitted(said) ? [] : missing;
}

/** What the plan of any migration says of a run that fails is no word about a key that is gone. */
function isAdmitted(said: string): boolean {
  const ofThis = said.replaceAll(/If anything fails[^\n]*/g, "");
  return /(?:state|keys?|what)\b[^.]*\b(?:lost|gone|given up|discarded|made anew|emptied)/i.test(ofThis);
}

/** What a user does about a refusal: what the act has changed is put back, or else what the message says is done. */
async function goTheWay(world: World, done: Done, refused: Run): Promise<Pick<Round, "lies" | "lost">> {
  await done.putBack?.();
  world.extra = {};
  let last = await world.up();
  const said = [refused.printed, last.printed];
  for (let attempt = 0; last.code !== 0 && attempt < 3; attempt += 1) {
    const commands = waysOut(last.printed);
    if (commands.length === 0) break;
    for (const command of commands) await follow(world, command);
    last = await world.up();
    said.push(last.printed);
  }
  if (last.code !== 0) {
    return { lies: [`no way out that was told leads out: ${lastError(last.printed)}`], lost: [] };
  }
  await done.afterwards?.();
  const notThere = await whatIsNotThere(world);
  return {
    lies: notThere.map((problem) => `after the way out it ended with 0, and ${problem}`),
    lost: await missingKeys(world, said.join("\n")),
  };
}

/**
 * The commands that a message tells to run: those on lines of their own, or else the first within its sentences that changes
 * something and has no place to fill in.
 */
export function waysOut(printed: string): string[] {
  const isUsable = (command: string): boolean =>
    !/\b(?:FILE|HOST|ID|IMAGE|NAME|PATH|SECONDS)\b/.test(command) &&
    !/^pulumi (?:up|preview|destroy|refresh)\b/.test(command);
  const lines = [...printed.matchAll(/^\s+((?:pulumi|kubectl|umask|for) .+)$/gm)].map(([, command = ""]) => command);
  if (lines.some(isUsable)) return [...new Set(lines.filter(isUsable))];
  const commands = [...printed.matchAll(/`((?:pulumi|kubectl) [^`]+)`/g)].map(([, command = ""]) => command);
  return commands
    .filter((command) => isUsable(command) && !/^kubectl .*\b(?:get|describe|logs)\b/.test(command))
    .slice(0, 1);
}

async function follow(world: World, command: string): Promise<void> {
  const setting = /^pulumi config set ([\w:]+) (\S+)$/.exec(command);
  if (setting !== null) return world.set(setting[1] ?? "", setting[2] ?? "");
  const unset = /^pulumi config rm ([\w:]+)/.exec(command);
  if (unset !== null) return world.unset(unset[1] ?? "");
  await world
    .shell(command.startsWith("pulumi ") ? `${command} --stack ${world.stackName}` : command)
    .catch(() => undefined);
}
