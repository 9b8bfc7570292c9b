import * as pulumi from "@pulumi/pulumi";

import { checkCertificateSettings } from "./check-certificates.ts";
import { checkExistingEtcdSettings } from "./check-existing-etcd.ts";
import { checkFlows } from "./check-flows.ts";
import { checkSnapshotSettings } from "./check-snapshots.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { fromRegistry } from "./parse-image.ts";
import { settingsTable, type Setting } from "./settings-table.ts";
import { defaultSettings, textOf, type RawSettings, type Settings } from "./settings.ts";

type Name = keyof Settings;

const names = Object.keys(settingsTable) as Name[];

/** Whose defaults come from the registry that is set. */
const images: readonly Name[] = ["tridentImage", "etcdRepository", "operatorImage", "busyboxImage"];

/**
 * The stack's settings, from its configuration.
 *
 * @throws ConfigurationError with every problem that there is.
 */
export function readSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const raw = Object.fromEntries(ours.map(([key, value]) => [key.slice(prefix.length), value]));
  return checkSettings(raw, (name) => isEncrypted(`${prefix}${name}`));
}

/** As Pulumi tells its language hosts; the SDK has no public way to ask. */
function isEncrypted(key: string): boolean {
  const keys = process.env.PULUMI_CONFIG_SECRET_KEYS;
  return keys === undefined || (JSON.parse(keys) as string[]).includes(key);
}

/**
 * The settings that `raw` stands for, with the defaults filled in. Pure: asks nothing but its arguments.
 *
 * @param isSecret whether Pulumi keeps the setting encrypted.
 * @throws ConfigurationError with every problem that there is.
 */
export function checkSettings(raw: RawSettings, isSecret: (name: Name) => boolean = () => true): Settings {
  const { settings, unreadable } = parseSettings(raw);
  const isSet = (name: Name): boolean => raw[name] !== undefined && raw[name] !== textOf(defaultSettings[name]);
  const problems = [
    ...unknownSettings(raw),
    ...unreadable,
    ...checkCertificateSettings(settings, defaultSettings),
    ...checkFlows(settings, isSet),
    ...checkExistingEtcdSettings(settings, isSet),
    ...checkSnapshotSettings(settings, isSet),
    ...plainSecrets(settings, isSecret),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}

/** Where a text can't be read, the default takes its place. */
function parseSettings(raw: RawSettings): { settings: Settings; unreadable: string[] } {
  const unreadable: string[] = [];
  const read = (name: Name, fallback: unknown): unknown => {
    const text = raw[name];
    if (text === undefined) return fallback;
    try {
      return (settingsTable[name] as Setting<unknown>).parse(text);
    } catch (problem) {
      const shown = mayHoldPassword(name, text) ? "not usable" : JSON.stringify(text);
      unreadable.push(`${name} is ${shown}: ${(problem as Error).message}`);
      return fallback;
    }
  };

  const registry = read("imageRegistry", defaultSettings.imageRegistry) as string;
  const others = names.filter((name) => name !== "imageRegistry");
  const values = others.map((name) => {
    const fallback = defaultSettings[name];
    return [name, read(name, images.includes(name) ? fromRegistry(registry, textOf(fallback)) : fallback)];
  });
  return { settings: { ...Object.fromEntries(values), imageRegistry: registry } as Settings, unreadable };
}

/** A URL with an @ may, and so may a variable of a pod. */
function mayHoldPassword(name: Name, text: string): boolean {
  return name.endsWith("Pod") || (name === "existingEtcdEndpoints" && text.includes("@"));
}

/** A password in plain text is in the stack's file, and soon in its repository. */
function plainSecrets(settings: Settings, isSecret: (name: Name) => boolean): string[] {
  if (settings.existingEtcdPassword === "" || isSecret("existingEtcdPassword")) return [];
  return [
    "existingEtcdPassword is in the stack's configuration in plain text. Change it, since it may have been seen, and set the " +
      'new one with "pulumi config set --secret existingEtcdPassword".',
  ];
}

/** A mistyped name would otherwise leave its default in force without a word. */
function unknownSettings(raw: RawSettings): string[] {
  return Object.keys(raw)
    .filter((name) => !(name in settingsTable))
    .map(
      (name) =>
        `${name} is no setting of this program. Remove it with "pulumi config rm ${name}"; ` +
        `the settings are ${names.join(", ")}.`,
    );
}
