import * as pulumi from "@pulumi/pulumi";
import { counted } from "@trident-etcd/migration/wording/counted.ts";
import type { PlanDetail } from "@trident-etcd/migration/plan/describe/describe-plan.ts";
import type { Platform } from "@trident-etcd/migration/kubernetes/detect-platform.ts";

import { checkCertificateSettings } from "./check-certificates.ts";
import { checkExistingEtcdSettings } from "./check-existing-etcd.ts";
import { claimName, claimNames } from "./parse-claims.ts";
import { etcdEndpoints, objectName, secretKeys } from "./parse-endpoints.ts";
import {
  etcdVersion,
  fromRegistry,
  imageReference,
  imageRegistry,
  imageRepository,
  optionalImage,
} from "./parse-image.ts";
import { amount, clusterSize, hours, seconds } from "./parse-number.ts";
import {
  dnsNames,
  domainName,
  etcdClusterId,
  localPath,
  namespaceName,
  oneOf,
  reportPath,
  secretName,
  subjectText,
  trueOrFalse,
} from "./parse-text.ts";

/** The stack's settings, checked. Pulumi.yaml describes each of them for the person who sets it. */
export interface Settings {
  readonly namespace: string;
  readonly migrate: boolean;
  readonly rollback: boolean;
  /** The PersistentVolumeClaim with the old Trident's state, should its Deployment be gone. */
  readonly legacyClaim: string;
  /** The image of etcd that reads that claim; empty for the first that can. */
  readonly legacyEtcdImage: string;
  /** PersistentVolumeClaims of uninstalled Tridents whose state is given up. */
  readonly abandonedClaim: readonly string[];
  /** Whether what is there becomes this stack's, whichever stack has made it. */
  readonly takeOver: boolean;
  readonly tridentImage: string;
  readonly tridentDebug: boolean;
  readonly etcdClusterSize: number;
  readonly etcdRepository: string;
  /** Without a leading v. */
  readonly etcdVersion: string;
  readonly operatorImage: string;
  readonly busyboxImage: string;
  /** The registry that images come from whose setting is left as it is; empty for those that they name. */
  readonly imageRegistry: string;
  /** How members keep away from each other's nodes. */
  readonly memberAntiAffinity: "preferred" | "required" | "none";
  /** URLs of an etcd that is there already; none for one of the stack's own. */
  readonly existingEtcdEndpoints: readonly string[];
  /** Paths, empty when the certificates are in a Secret. */
  readonly existingEtcdCaFile: string;
  readonly existingEtcdCertificateFile: string;
  readonly existingEtcdKeyFile: string;
  /** In the namespace; empty when the certificates are in files. */
  readonly existingEtcdSecret: string;
  /** Of the CA's certificate, the client's certificate, and its private key. */
  readonly existingEtcdSecretKeys: readonly string[];
  readonly existingEtcdUsername: string;
  /** A secret in the stack's configuration. */
  readonly existingEtcdPassword: string;
  readonly existingEtcdPlaintext: boolean;
  readonly existingEtcdReach: "auto" | "direct" | "pod";
  readonly existingEtcdAdoptState: boolean;
  /** The cluster id of the recorded etcd whose state is given up, or was moved by hand; empty for none. */
  readonly abandonedEtcd: string;
  readonly platform: "auto" | Platform;
  readonly clusterDomain: string;
  readonly certificateValidityHours: number;
  readonly certificateEarlyRenewalHours: number;
  readonly certificateKeyAlgorithm: "RSA" | "ECDSA";
  /** In the certificates' subject; empty for none. */
  readonly certificateOrganization: string;
  /** Names that the members' certificates are made out to besides those inside of the cluster. */
  readonly certificateExtraDnsNames: readonly string[];
  /** A folder with certificates of one's own; empty where they are generated or come from Secrets. */
  readonly certificateDirectory: string;
  /** Names of Secrets with certificates of one's own, all three or none; empty for none. */
  readonly serverCertificateSecret: string;
  readonly peerCertificateSecret: string;
  readonly clientCertificateSecret: string;
  readonly timeoutSeconds: number;
  /** Where snapshots are kept, of the old etcd and of one that a destroy deletes; empty for none. */
  readonly snapshotDirectory: string;
  /** How many keys that a new Trident wrote may be discarded, when exactly that many were found; 0 for none. */
  readonly discardedKeys: number;
  /** The path of a report in Markdown; empty for none. */
  readonly report: string;
  /** How much of the plan is printed. */
  readonly planDetail: PlanDetail;
  /** The path of a file with all of the plan; empty for none. */
  readonly planFile: string;
}

/** Settings as Pulumi holds them: text, or nothing where the user set nothing. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/** The same defaults as in Pulumi.yaml, for programs that bring no Pulumi.yaml. */
export const defaultSettings: Settings = {
  namespace: "trident",
  migrate: false,
  rollback: false,
  legacyClaim: "trident",
  legacyEtcdImage: "",
  abandonedClaim: [],
  takeOver: false,
  tridentImage: "netapp/trident:19.04.0",
  tridentDebug: false,
  etcdClusterSize: 3,
  etcdRepository: "quay.io/coreos/etcd",
  etcdVersion: "3.4.22",
  operatorImage: "quay.io/coreos/etcd-operator:v0.9.4",
  busyboxImage: "busybox:1.28.0-glibc",
  imageRegistry: "",
  memberAntiAffinity: "preferred",
  existingEtcdEndpoints: [],
  existingEtcdCaFile: "",
  existingEtcdCertificateFile: "",
  existingEtcdKeyFile: "",
  existingEtcdSecret: "",
  existingEtcdSecretKeys: ["etcd-client-ca.crt", "etcd-client.crt", "etcd-client.key"],
  existingEtcdUsername: "",
  existingEtcdPassword: "",
  existingEtcdPlaintext: false,
  existingEtcdReach: "auto",
  existingEtcdAdoptState: false,
  abandonedEtcd: "",
  platform: "auto",
  clusterDomain: "cluster.local",
  certificateValidityHours: 43800,
  certificateEarlyRenewalHours: 720,
  certificateKeyAlgorithm: "RSA",
  certificateOrganization: "",
  certificateExtraDnsNames: [],
  certificateDirectory: "",
  serverCertificateSecret: "",
  peerCertificateSecret: "",
  clientCertificateSecret: "",
  timeoutSeconds: 300,
  snapshotDirectory: "snapshots",
  discardedKeys: 0,
  report: "",
  planDetail: "short",
  planFile: "",
};

/** Something is wrong with the stack's settings; the message lists all that is. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The stack's settings cannot be used (${counted(problems.length, "problem")}); ` +
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
export function checkSettings(raw: RawSettings, isSecret: (name: keyof Settings) => boolean = () => true): Settings {
  const problems: string[] = unknownSettings(raw);
  const read = <T>(name: keyof Settings, fallback: T, parse: (text: string) => T): T => {
    const text = raw[name];
    if (text === undefined) {
      return fallback;
    }
    try {
      return parse(text);
    } catch (problem) {
      // A URL with an @ may hold a password.
      const shown = text.includes("@") && name === "existingEtcdEndpoints" ? "not usable" : JSON.stringify(text);
      problems.push(`${name} is ${shown}: ${(problem as Error).message}`);
      return fallback;
    }
  };

  const registry = read("imageRegistry", defaultSettings.imageRegistry, imageRegistry);
  const image = (name: "tridentImage" | "etcdRepository" | "operatorImage" | "busyboxImage"): string =>
    fromRegistry(registry, defaultSettings[name]);

  const settings: Settings = {
    namespace: read("namespace", defaultSettings.namespace, namespaceName),
    migrate: read("migrate", defaultSettings.migrate, trueOrFalse),
    rollback: read("rollback", defaultSettings.rollback, trueOrFalse),
    legacyClaim: read("legacyClaim", defaultSettings.legacyClaim, claimName),
    legacyEtcdImage: read("legacyEtcdImage", defaultSettings.legacyEtcdImage, optionalImage),
    abandonedClaim: read("abandonedClaim", defaultSettings.abandonedClaim, claimNames),
    takeOver: read("takeOver", defaultSettings.takeOver, trueOrFalse),
    tridentImage: read("tridentImage", image("tridentImage"), imageReference),
    tridentDebug: read("tridentDebug", defaultSettings.tridentDebug, trueOrFalse),
    etcdClusterSize: read("etcdClusterSize", defaultSettings.etcdClusterSize, clusterSize),
    etcdRepository: read("etcdRepository", image("etcdRepository"), imageRepository),
    etcdVersion: read("etcdVersion", defaultSettings.etcdVersion, etcdVersion),
    operatorImage: read("operatorImage", image("operatorImage"), imageReference),
    busyboxImage: read("busyboxImage", image("busyboxImage"), imageReference),
    imageRegistry: registry,
    memberAntiAffinity: read(
      "memberAntiAffinity",
      defaultSettings.memberAntiAffinity,
      oneOf("preferred", "required", "none"),
    ),
    existingEtcdEndpoints: read("existingEtcdEndpoints", defaultSettings.existingEtcdEndpoints, etcdEndpoints),
    existingEtcdCaFile: read("existingEtcdCaFile", defaultSettings.existingEtcdCaFile, localPath),
    existingEtcdCertificateFile: read(
      "existingEtcdCertificateFile",
      defaultSettings.existingEtcdCertificateFile,
      localPath,
    ),
    existingEtcdKeyFile: read("existingEtcdKeyFile", defaultSettings.existingEtcdKeyFile, localPath),
    existingEtcdSecret: read("existingEtcdSecret", defaultSettings.existingEtcdSecret, objectName),
    existingEtcdSecretKeys: read("existingEtcdSecretKeys", defaultSettings.existingEtcdSecretKeys, secretKeys),
    existingEtcdUsername: read("existingEtcdUsername", defaultSettings.existingEtcdUsername, subjectText),
    // Whatever it is: nothing of it may come into a message.
    existingEtcdPassword: raw.existingEtcdPassword ?? defaultSettings.existingEtcdPassword,
    existingEtcdPlaintext: read("existingEtcdPlaintext", defaultSettings.existingEtcdPlaintext, trueOrFalse),
    existingEtcdReach: read("existingEtcdReach", defaultSettings.existingEtcdReach, oneOf("auto", "direct", "pod")),
    existingEtcdAdoptState: read("existingEtcdAdoptState", defaultSettings.existingEtcdAdoptState, trueOrFalse),
    abandonedEtcd: read("abandonedEtcd", defaultSettings.abandonedEtcd, etcdClusterId),
    platform: read("platform", defaultSettings.platform, oneOf("auto", "kubernetes", "openshift")),
    clusterDomain: read("clusterDomain", defaultSettings.clusterDomain, domainName),
    certificateValidityHours: read("certificateValidityHours", defaultSettings.certificateValidityHours, hours),
    certificateEarlyRenewalHours: read(
      "certificateEarlyRenewalHours",
      defaultSettings.certificateEarlyRenewalHours,
      hours,
    ),
    certificateKeyAlgorithm: read(
      "certificateKeyAlgorithm",
      defaultSettings.certificateKeyAlgorithm,
      oneOf("RSA", "ECDSA"),
    ),
    certificateOrganization: read("certificateOrganization", defaultSettings.certificateOrganization, subjectText),
    certificateExtraDnsNames: read("certificateExtraDnsNames", defaultSettings.certificateExtraDnsNames, dnsNames),
    certificateDirectory: read("certificateDirectory", defaultSettings.certificateDirectory, localPath),
    serverCertificateSecret: read("serverCertificateSecret", defaultSettings.serverCertificateSecret, secretName),
    peerCertificateSecret: read("peerCertificateSecret", defaultSettings.peerCertificateSecret, secretName),
    clientCertificateSecret: read("clientCertificateSecret", defaultSettings.clientCertificateSecret, secretName),
    timeoutSeconds: read("timeoutSeconds", defaultSettings.timeoutSeconds, seconds),
    snapshotDirectory: read("snapshotDirectory", defaultSettings.snapshotDirectory, localPath),
    discardedKeys: read("discardedKeys", defaultSettings.discardedKeys, amount),
    report: read("report", defaultSettings.report, reportPath),
    planDetail: read("planDetail", defaultSettings.planDetail, oneOf("short", "full")),
    planFile: read("planFile", defaultSettings.planFile, localPath),
  };

  const isSet = (name: keyof Settings): boolean =>
    raw[name] !== undefined && raw[name] !== String(defaultSettings[name]);

  problems.push(...checkCertificateSettings(settings, defaultSettings));
  if (settings.rollback && !settings.migrate) {
    problems.push(
      "rollback is true and migrate is false: what can be rolled back is a migration, which goes with migrate. " +
        'Set it with "pulumi config set migrate true", or remove rollback with "pulumi config rm rollback".',
    );
  }
  if (settings.migrate && settings.abandonedClaim.includes(settings.legacyClaim)) {
    problems.push(
      `migrate is true and abandonedClaim names ${settings.legacyClaim}, whose state would be migrated if it came to that. ` +
        'Remove one of them: "pulumi config rm abandonedClaim" or "pulumi config set migrate false".',
    );
  }
  problems.push(...checkExistingEtcdSettings(settings, isSet), ...plainSecrets(settings, isSecret));
  if (problems.length > 0) {
    throw new ConfigurationError(problems);
  }
  return settings;
}

/** A password in plain text is in the stack's file, and soon in its repository. */
function plainSecrets(settings: Settings, isSecret: (name: keyof Settings) => boolean): string[] {
  if (settings.existingEtcdPassword === "" || isSecret("existingEtcdPassword")) return [];
  return [
    "existingEtcdPassword is in the stack's configuration in plain text. Change it, since it may have been seen, and set the " +
      'new one with "pulumi config set --secret existingEtcdPassword".',
  ];
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
