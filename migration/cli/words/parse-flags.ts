import { parseArgs } from "node:util";
import { ACTIONS, FLAGS, flagsOf, isAction, OPERANDS, secondWords, type Action } from "./flags.ts";
import { nearestNames } from "./nearest-name.ts";
import { UsageError } from "./usage-error.ts";

/** A command line cut into its parts; `values` by flag name, `true` for a switch. */
export interface GivenFlags {
  /** Absent when no action was named. */
  readonly action?: Action;
  readonly values: ReadonlyMap<string, string | true>;
  /** What else was said, of an action that takes words of its own. */
  readonly operands: readonly string[];
}

/**
 * Knows every flag and no other, each at most once. What is not understood may be a password in the wrong place, so it is
 * not repeated, except for the name of a flag.
 *
 * @throws UsageError
 */
export function parseFlags(words: readonly string[]): GivenFlags {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      FLAGS.map(({ name, value }) => [name, { type: value === undefined ? "boolean" : "string" } as const]),
    ),
    // The messages for strict parsing repeat what was typed, and know no nearest name.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string | true>();
  const positionals: { readonly value: string; readonly index: number; readonly isFirst: boolean }[] = [];
  for (const token of tokens) {
    if (token.kind === "option") {
      addFlag(values, token);
    } else if (token.kind === "positional") {
      positionals.push({ value: token.value, index: token.index, isFirst: values.size === 0 });
    }
  }
  const first = positionals.filter(({ isFirst }) => isFirst).map(({ value }) => value);
  const name = first.slice(0, first[0] !== undefined && secondWords(first[0]).length > 0 ? 2 : 1);
  const action = actionNamed(name, values.has("help"));
  const others = positionals.slice(name.length);
  const [stray] = action !== undefined && action in OPERANDS ? [] : others;
  if (stray !== undefined) {
    throw new UsageError(
      `one word too many after ${flagBefore(words, stray.index)}: what is to be done stands first, everything else is a flag`,
    );
  }
  refuseForeignFlags(action, values);
  const operands = others.map(({ value }) => value);
  return action === undefined ? { values, operands } : { action, values, operands };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function addFlag(values: Map<string, string | true>, { name, rawName, value, inlineValue }: OptionToken): void {
  const flag = FLAGS.find((candidate) => candidate.name === (rawName === "-h" ? "help" : name));
  if (flag === undefined || (rawName !== "-h" && !rawName.startsWith("--"))) {
    throw new UsageError(unknownFlag(rawName, name));
  }
  if (values.has(flag.name)) {
    throw new UsageError(`--${flag.name} is given twice`);
  }
  if (flag.value === undefined) {
    if (value !== undefined) {
      throw new UsageError(`--${flag.name} takes no value`);
    }
    values.set(flag.name, true);
    return;
  }
  if (value === undefined || (inlineValue !== true && value.startsWith("-"))) {
    throw new UsageError(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
  }
  values.set(flag.name, value);
}

/** `-p secret` and `--password=secret` come here too: names only. */
function unknownFlag(rawName: string, name: string): string {
  const nearest = nearestNames(name, [...new Set(FLAGS.map((flag) => flag.name))]);
  const hint =
    nearest.length === 0 ? "See trident-etcd --help" : `Is it ${nearest.map((near) => `--${near}`).join(" or ")}?`;
  return `there is no flag ${rawName}. ${hint}`;
}

/** Undefined where none is named, and of help where there are several that begin so. */
function actionNamed([first, second]: readonly string[], isForHelp: boolean): Action | undefined {
  if (first === undefined) return undefined;
  const word = second === undefined ? first : `${first} ${second}`;
  if (isAction(word)) return word;
  const seconds = secondWords(first);
  if (seconds.length > 0 && second === undefined) {
    if (isForHelp) return undefined;
    throw new UsageError(`${first} needs a second word: ${seconds.join(", ")}. See trident-etcd --help`);
  }
  const [nearest] = nearestNames(word, ACTIONS);
  const hint = nearest === undefined ? `Use one of ${ACTIONS.join(", ")}` : `Is it ${nearest}?`;
  throw new UsageError(`there is no command ${/^[a-z -]{1,20}$/.test(word) ? word : "of that name"}. ${hint}`);
}

function flagBefore(words: readonly string[], index: number): string {
  const flag = words.slice(0, index).findLast((word) => word.startsWith("--"));
  return flag === undefined ? "the command" : flag.replace(/=.*/s, "");
}

function refuseForeignFlags(action: Action | undefined, values: ReadonlyMap<string, string | true>): void {
  if (action === undefined) {
    return;
  }
  const known = flagsOf(action).map(({ name }) => name);
  const foreign = [...values.keys()].find((name) => !known.includes(name));
  if (foreign !== undefined) {
    throw new UsageError(`--${foreign} means nothing to ${action}`);
  }
}
