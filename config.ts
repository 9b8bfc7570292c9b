import * as pulumi from "@pulumi/pulumi";

/** The stack's settings, checked. Pulumi.yaml describes each of them for the person who sets it. */
export interface Settings {
  readonly namespace: string;
  readonly migrate: boolean;
  readonly rollback: boolean;
  readonly tridentImage: string;
  readonly tridentDebug: boolean;
  readonly etcdClusterSize: number;
  readonly etcdRepository: string;
  /** Without a leading v. */
  readonly etcdVersion: string;
  readonly operatorImage: string;
  readonly busyboxImage: string;
  readonly clusterDomain: string;
  readonly certificateValidityHours: number;
  readonly certificateEarlyRenewalHours: number;
  readonly timeoutSeconds: number;
  /** Where the old etcd's snapshot is kept; empty for none. */
  readonly snapshotDirectory: string;
  /** The path of a report in Markdown; empty for none. */
  readonly report: string;
}

/** Settings as Pulumi holds them: text, or nothing where the user set nothing. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/** The same defaults as in Pulumi.yaml, for programs that bring no Pulumi.yaml. */
export const defaultSettings: Settings = {
  namespace: "trident",
  migrate: false,
  rollback: false,
  tridentImage: "netapp/trident:19.04.0",
  tridentDebug: false,
  etcdClusterSize: 3,
  etcdRepository: "quay.io/coreos/etcd",
  etcdVersion: "3.4.22",
  operatorImage: "quay.io/coreos/etcd-operator:v0.9.4",
  busyboxImage: "busybox:1.28.0-glibc",
  clusterDomain: "cluster.local",
  certificateValidityHours: 43800,
  certificateEarlyRenewalHours: 720,
  timeoutSeconds: 300,
  snapshotDirectory: "snapshots",
  report: "",
};

/** Something is wrong with the stack's settings; the message lists all that is. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The stack's settings cannot be used (${problems.length === 1 ? "1 problem" : `${problems.length} problems`}); ` +
        `nothing was changed.\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

/**
 * The stack's settings, from its configuration.
 *
 * @throws ConfigurationError with every problem that there is.
 */
export function readSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return checkSettings(Object.fromEntries(ours.map(([key, value]) => [key.slice(prefix.length), value])));
}

/**
 * The settings that `raw` stands for, with the defaults filled in. Pure: asks nothing but its argument.
 *
 * @throws ConfigurationError with every problem that there is.
 */
export function checkSettings(raw: RawSettings): Settings {
  const problems: string[] = unknownSettings(raw);
  const read = <T>(name: keyof Settings, fallback: T, parse: (text: string) => T): T => {
    const text = raw[name];
    if (text === undefined) {
      return fallback;
    }
    try {
      return parse(text);
    } catch (problem) {
      problems.push(`${name} is ${JSON.stringify(text)}: ${(problem as Error).message}`);
      return fallback;
    }
  };

  const settings: Settings = {
    namespace: read("namespace", defaultSettings.namespace, namespaceName),
    migrate: read("migrate", defaultSettings.migrate, trueOrFalse),
    rollback: read("rollback", defaultSettings.rollback, trueOrFalse),
    tridentImage: read("tridentImage", defaultSettings.tridentImage, imageReference),
    tridentDebug: read("tridentDebug", defaultSettings.tridentDebug, trueOrFalse),
    etcdClusterSize: read("etcdClusterSize", defaultSettings.etcdClusterSize, clusterSize),
    etcdRepository: read("etcdRepository", defaultSettings.etcdRepository, imageRepository),
    etcdVersion: read("etcdVersion", defaultSettings.etcdVersion, etcdVersion),
    operatorImage: read("operatorImage", defaultSettings.operatorImage, imageReference),
    busyboxImage: read("busyboxImage", defaultSettings.busyboxImage, imageReference),
    clusterDomain: read("clusterDomain", defaultSettings.clusterDomain, domainName),
    certificateValidityHours: read("certificateValidityHours", defaultSettings.certificateValidityHours, hours),
    certificateEarlyRenewalHours: read(
      "certificateEarlyRenewalHours",
      defaultSettings.certificateEarlyRenewalHours,
      hours,
    ),
    timeoutSeconds: read("timeoutSeconds", defaultSettings.timeoutSeconds, seconds),
    snapshotDirectory: read("snapshotDirectory", defaultSettings.snapshotDirectory, localPath),
    report: read("report", defaultSettings.report, reportPath),
  };

  if (settings.certificateEarlyRenewalHours >= settings.certificateValidityHours) {
    problems.push(
      `certificateEarlyRenewalHours is ${settings.certificateEarlyRenewalHours} and certificateValidityHours is ` +
        `${settings.certificateValidityHours}: every "pulumi up" would renew the certificates. ` +
        "Renew later than they are issued: make the first smaller than the second.",
    );
  }
  if (settings.rollback && !settings.migrate) {
    problems.push(
      "rollback is true and migrate is false: what can be rolled back is a migration, which goes with migrate. " +
        'Set it with "pulumi config set migrate true", or remove rollback with "pulumi config rm rollback".',
    );
  }
  if (problems.length > 0) {
    throw new ConfigurationError(problems);
  }
  return settings;
}

/** A mistyped name would otherwise leave its default in force without a word. */
function unknownSettings(raw: RawSettings): string[] {
  return Object.keys(raw)
    .filter((name) => !(name in defaultSettings))
    .map(
      (name) =>
        `${name} is no setting of this program. Remove it with "pulumi config rm ${name}"; ` +
        `the settings are ${Object.keys(defaultSettings).join(", ")}.`,
    );
}

function namespaceName(text: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    throw new Error(
      "a namespace's name is at most 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit. " +
        '"kubectl get namespaces" lists those that there are.',
    );
  }
  return text;
}

function trueOrFalse(text: string): boolean {
  if (text !== "true" && text !== "false") {
    throw new Error("it must be true or false.");
  }
  return text === "true";
}

function clusterSize(text: string): number {
  const size = wholeNumber(text);
  if (size === undefined || size < 1 || size > 7) {
    throw new Error("the etcd-operator runs clusters of 1 to 7 members. Set it to 1, 3, 5 or 7.");
  }
  if (size % 2 === 0) {
    throw new Error(
      `${size} members survive the loss of no more of them than ${size - 1} do, and one more can fail. ` +
        `Set it to ${size - 1} or ${size + 1}.`,
    );
  }
  return size;
}

/** Source of the limits: the operator's probes run /bin/sh in the member's image; images became distroless at 3.4.24 and 3.5.7. */
function etcdVersion(text: string): string {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (match === null) {
    throw new Error("write it as three numbers without a leading v, such as 3.4.22.");
  }
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  if (major !== 3 || minor < 1) {
    throw new Error(
      "Trident keeps its state through etcd's version 3 interface. Set it to a 3.x version, such as 3.4.22.",
    );
  }
  if (minor > 5 || (minor === 5 && patch >= 7) || (minor === 4 && patch >= 24)) {
    throw new Error(
      "that version's image has no shell, so the etcd-operator's health checks fail and no member ever becomes ready. " +
        "Set it to 3.4.22.",
    );
  }
  return text;
}

const repositoryPattern =
  "(?:[a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?(?::[0-9]+)?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*";

function imageRepository(text: string): string {
  if (!new RegExp(`^${repositoryPattern}$`).test(text)) {
    throw new Error("write a registry and a repository without tag or digest, such as quay.io/coreos/etcd.");
  }
  return text;
}

/** A tag or digest is required: what "latest" is changes under a running installation. */
function imageReference(text: string): string {
  if (!new RegExp(`^${repositoryPattern}(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`).test(text)) {
    throw new Error(
      "it is no image reference. Write it as registry/repository:tag or registry/repository@sha256:digest.",
    );
  }
  if (!/(:[^/]+|@sha256:[0-9a-f]{64})$/.test(text)) {
    throw new Error("it names no version. Add a tag or a digest, such as :19.04.0.");
  }
  return text;
}

function domainName(text: string): string {
  if (text.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)) {
    throw new Error(
      "it is no DNS domain. Write it without a leading or trailing dot, such as cluster.local; " +
        'it is the last part of the "search" line in /etc/resolv.conf of any pod.',
    );
  }
  return text;
}

function hours(text: string): number {
  const value = wholeNumber(text);
  if (value === undefined || value < 1) {
    throw new Error("it must be a whole number of hours, at least 1.");
  }
  return value;
}

function seconds(text: string): number {
  const value = wholeNumber(text);
  if (value === undefined || value < 10 || value > 86400) {
    throw new Error("it must be a whole number of seconds from 10 to 86400; 300 suits most clusters.");
  }
  return value;
}

/** Empty is a choice: nothing is kept. */
function localPath(text: string): string {
  if (text !== text.trim() || text.includes("\0") || text.includes("\n")) {
    throw new Error("write a path without spaces around it, such as snapshots; an empty one keeps nothing.");
  }
  return text;
}

function reportPath(text: string): string {
  const path = localPath(text);
  if (path !== "" && !path.endsWith(".md")) {
    throw new Error(
      "the report is Markdown: let its name end in .md, such as migration-report.md; an empty one writes none.",
    );
  }
  return path;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
