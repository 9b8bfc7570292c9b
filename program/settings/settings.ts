import { settingsTable } from "./settings-table.ts";

/** The stack's settings, checked; each as its row of the table reads it. */
export type Settings = {
  readonly [Name in keyof typeof settingsTable]: (typeof settingsTable)[Name]["fallback"];
};

/** Settings as Pulumi holds them: text, or nothing where the user set nothing. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/** As Pulumi.yaml writes it: an object that is empty is not written out. */
export function textOf(fallback: unknown): string {
  if (Array.isArray(fallback)) return fallback.join(",");
  return typeof fallback === "object" ? "" : String(fallback as string | number | boolean);
}

/** For programs that bring no Pulumi.yaml, too. */
export const defaultSettings = Object.fromEntries(
  Object.entries(settingsTable).map(([name, { fallback }]) => [name, fallback]),
) as Settings;
