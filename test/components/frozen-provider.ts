import assert from "node:assert/strict";
import { compileFunction } from "node:vm";
import { isSecret, revealed, type Registration } from "./registrations.ts";

/** What Pulumi asks of a provider, by the name that the module has for it, with Pulumi's words in its own order. */
const questions = {
  check: ["olds", "news"],
  diff: ["id", "olds", "news"],
  create: ["inputs"],
  read: ["id", "props"],
  update: ["id", "olds", "news"],
  remove: ["id", "props"],
};

/** The text of a resource's provider that is frozen into the state. */
export function frozenText({ inputs }: Registration): string {
  assert.ok(!isSecret(inputs.__provider));
  return String(revealed(inputs.__provider));
}

type Functions = Readonly<Record<string, (...words: unknown[]) => unknown>>;

/** Runs the text as Pulumi's host of dynamic providers does, with `load` for Node's `require`. */
export function thaw(text: string, load: (module: string) => unknown): Functions {
  const exports: { handler?: () => Functions } = {};
  (compileFunction(text, ["exports", "require"]) as (...words: unknown[]) => void)(exports, load);
  assert.ok(exports.handler);
  return exports.handler();
}

/** That the frozen text asks `module` alone, with all that Pulumi says, and has nothing else in it. */
export function assertFreezesOnlyCalls(registration: Registration, module: string): void {
  const text = frozenText(registration);
  const specifier = `@trident-etcd/migration/${module}`;
  const length = text.replaceAll(specifier, "").length;
  assert.ok(length < 1775, `it has ${length} characters besides the name`);
  assert.doesNotMatch(text, /BEGIN|apiVersion|a token|private/);
  const asked: unknown[] = [];
  const provider = thaw(
    text,
    (found) =>
      new Proxy(
        {},
        {
          get:
            (_, name) =>
            (...words: unknown[]) =>
              asked.push([found, name, ...words]),
        },
      ),
  );
  for (const [name, words] of Object.entries(questions)) provider[name === "remove" ? "delete" : name]?.(...words);
  assert.deepEqual(
    asked,
    Object.entries(questions).map(([name, words]) => [specifier, name, ...words]),
  );
}
