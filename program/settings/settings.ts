import { settingsTable } from "./settings-table.ts";

/** The stack's settings, checked; each as its row of the table reads it. */
export type Settings = {
  readonly [Name in keyof typeof settingsTable]: (typeof settingsTable)[Name]["fallback"];
};

/** Settings as Pulumi holds them: text, or nothing where the user set nothing. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/** For programs that bring no Pulumi.yaml, too. */
export const defaultSettings = Object.fromEntries(
  Object.entries(settingsTable).map(([name, { fallback }]) => [name, fallback]),
) as Settings;
