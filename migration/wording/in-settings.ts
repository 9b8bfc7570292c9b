import { sayChanges, type InputName } from "./change.ts";

/**
 * What is said to somebody who runs this program: what to ask for instead comes as the command that sets it. Only this file knows
 * how an input is called among the program's settings.
 */
export function inSettings(text: string): string {
  return sayChanges(text, (changes) => {
    if (changes.every(([name]) => name in settingsOf)) return changes.flatMap(commands).join(" && ");
    return undefined;
  });
}

/** The error itself, which keeps its class and its cause. */
export function errorInSettings<Raised extends Error>(error: Raised): Raised {
  error.message = inSettings(error.message);
  return error;
}

/** The setting of each input, or those that make it up, with what to put for their values. */
export const settingsOf: Readonly<Record<InputName, string | Readonly<Record<string, string>>>> = {
  abandonedClaims: "abandonedClaim",
  abandonedEtcd: "abandonedEtcd",
  adoptState: "existingEtcdAdoptState",
  certificateAuthority: "existingEtcdCaFile",
  certificateDirectory: "certificateDirectory",
  clientCertificate: "existingEtcdCertificateFile",
  clientCertificateSecret: "clientCertificateSecret",
  clientKey: "existingEtcdKeyFile",
  clientSecret: "existingEtcdSecret",
  copyImage: "busyboxImage",
  discardedKeys: "discardedKeys",
  endpoints: "existingEtcdEndpoints",
  etcdClusterCrd: "etcdClusterCrd",
  etcdClusterSize: "etcdClusterSize",
  etcdStorageClass: "etcdStorageClass",
  etcdStorageSize: "etcdStorageSize",
  etcdVersion: "etcdVersion",
  gatewayImage: { etcdRepository: "REPOSITORY", etcdVersion: "VERSION" },
  keyAlgorithm: "certificateKeyAlgorithm",
  legacyClaim: "legacyClaim",
  legacyEtcdImage: "legacyEtcdImage",
  migrate: "migrate",
  movedFromEtcd: "movedFromEtcd",
  namespace: "namespace",
  operatorImage: "operatorImage",
  organization: "certificateOrganization",
  peerCertificateSecret: "peerCertificateSecret",
  plaintext: "existingEtcdPlaintext",
  reach: "existingEtcdReach",
  restoreFrom: "restoreFrom",
  rollback: "rollback",
  serverCertificateSecret: "serverCertificateSecret",
  snapshotClaim: "snapshotClaim",
  snapshotDirectory: "snapshotDirectory",
  snapshotStorageClass: "snapshotStorageClass",
  takeOver: "takeOver",
  timeoutSeconds: "timeoutSeconds",
  trident: "trident",
  tridentClusterRole: "tridentClusterRole",
  tridentImage: "tridentImage",
  username: "existingEtcdUsername",
};

function commands([name, value]: readonly [name: string, value: string | undefined]): string[] {
  const setting = settingsOf[name as InputName];
  if (typeof setting !== "string")
    return Object.entries(setting).map(([part, its]) => `pulumi config set ${part} ${its}`);
  if (value === undefined) return [`pulumi config rm ${setting}`];
  return [`pulumi config set ${setting} ${value === "" ? '""' : value}`];
}
