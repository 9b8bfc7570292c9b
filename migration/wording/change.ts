/** What runs are asked for, by the names that it has in their requests and in those of the etcd that they name. */
export type InputName =
  | "abandonedClaims"
  | "abandonedEtcd"
  | "adoptState"
  | "certificateAuthority"
  | "certificateDirectory"
  | "clientCertificate"
  | "clientCertificateSecret"
  | "clientKey"
  | "clientSecret"
  | "copyImage"
  | "discardedKeys"
  | "endpoints"
  | "etcdClusterCrd"
  | "etcdClusterSize"
  | "etcdStorageClass"
  | "etcdStorageSize"
  | "etcdVersion"
  | "gatewayImage"
  | "keyAlgorithm"
  | "legacyClaim"
  | "legacyEtcdImage"
  | "migrate"
  | "movedFromEtcd"
  | "namespace"
  | "operatorImage"
  | "organization"
  | "peerCertificateSecret"
  | "plaintext"
  | "reach"
  | "restoreFrom"
  | "rollback"
  | "serverCertificateSecret"
  | "snapshotClaim"
  | "snapshotDirectory"
  | "snapshotStorageClass"
  | "takeOver"
  | "timeoutSeconds"
  | "trident"
  | "tridentClusterRole"
  | "tridentImage"
  | "username";

/** By their names; undefined is the default. */
export type Change = Readonly<Partial<Record<InputName, string | number | boolean | undefined>>>;

/**
 * For a text that says what to ask for instead, as TypeScript writes it: `{ migrate: true }`. It stays so in whatever error the text
 * comes to be told in, and who shows it to somebody may say it in his words with `sayChanges`.
 */
export function change(inputs: Change): string {
  const written = Object.entries(inputs).map(
    ([name, value]) => `${name}: ${value === undefined ? "undefined" : JSON.stringify(value)}`,
  );
  return `{ ${written.join(", ")} }`;
}

/** Each change that the text tells of said another way; what only looks like one stays where `say` answers undefined. */
export function sayChanges(
  text: string,
  say: (changes: readonly (readonly [name: string, value: string | undefined])[]) => string | undefined,
): string {
  return text.replaceAll(written, (whole, inputs: string) => {
    const changes = [...inputs.matchAll(input)].map(
      ({ 1: name = "", 2: value = "" }) => [name, textOf(value)] as const,
    );
    return say(changes) ?? whole;
  });
}

const value = String.raw`"(?:[^"\\]|\\.)*"|\d+|true|false|undefined`;
const input = new RegExp(String.raw`(\w+): (${value})`, "g");
const written = new RegExp(String.raw`\{ (\w+: (?:${value})(?:, \w+: (?:${value}))*) \}`, "g");

function textOf(literal: string): string | undefined {
  return literal === "undefined" ? undefined : String(JSON.parse(literal));
}
