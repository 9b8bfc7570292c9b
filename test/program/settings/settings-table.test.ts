import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { settingsTable, type Setting } from "../../../program/settings/settings-table.ts";
import { defaultSettings, textOf } from "../../../program/settings/settings.ts";

const rows = Object.entries<Setting<unknown>>(settingsTable);

test("is written out in Pulumi.yaml, with the same names, types, defaults and descriptions", () => {
  const expected = rows.map(([name, { fallback, description }]) => [
    name,
    { type: typeOf(fallback), default: textOf(fallback) === "" ? '""' : textOf(fallback), description },
  ]);
  assert.deepEqual(settingsOfPulumiYaml(), Object.fromEntries(expected));
  assert.deepEqual(Object.keys(settingsOfPulumiYaml()), Object.keys(settingsTable));
});

test("has defaults that read as what they are", () => {
  for (const [name, { fallback, parse }] of rows) assert.deepEqual(parse(textOf(fallback)), fallback, name);
});

test("has the defaults that the settings have", () => {
  assert.deepEqual(defaultSettings, Object.fromEntries(rows.map(([name, { fallback }]) => [name, fallback])));
});

/** Pulumi would refuse either JSON or an object that was set by its parts, were the type of these said. */
function typeOf(fallback: unknown): string {
  if (isObject(fallback)) return "";
  return typeof fallback === "number" ? "integer" : Array.isArray(fallback) ? "string" : typeof fallback;
}

function isObject(fallback: unknown): boolean {
  return typeof fallback === "object" && !Array.isArray(fallback);
}

/** Enough of YAML for the way that file is written: each setting two spaces in, its properties four, folded lines six. */
function settingsOfPulumiYaml(): Record<string, { type: string; default: string; description: string }> {
  const text = readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8");
  const [, config = ""] = text.split(/^config:\n/m);
  const settings = config.split(/^ {2}(?=\w)/m).filter((block) => block !== "");
  return Object.fromEntries(
    settings.map((block) => {
      const property = (name: string): string => {
        const value = new RegExp(`^ {4}${name}: (?:>-$)?((?:.*$)(?:\\n {6}.*$)*)`, "m").exec(block)?.[1] ?? "";
        return value.trim().split(/\n +/).join(" ");
      };
      return [
        block.slice(0, block.indexOf(":")),
        { type: property("type"), default: property("default"), description: property("description") },
      ];
    }),
  );
}
