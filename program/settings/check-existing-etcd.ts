import { textOf, type Settings } from "./settings.ts";

type Name = keyof Settings;

/** Whether a setting has another value than its default: Pulumi fills in the defaults, so that no more can be told. */
type IsSet = (name: Name) => boolean;

const fileSettings = ["existingEtcdCaFile", "existingEtcdCertificateFile", "existingEtcdKeyFile"] as const;

/** Of the stack's own etcd: with another one they would change nothing without a word. */
const ownEtcdSettings: readonly Name[] = [
  "etcdClusterSize",
  "operatorImage",
  "busyboxImage",
  "etcdPod",
  "operatorPod",
  "memberAntiAffinity",
  "clientPodLabels",
  "clusterDomain",
  "certificateValidityHours",
  "certificateKeyAlgorithm",
  "certificateOrganization",
  "certificateExtraDnsNames",
  "certificateDirectory",
  "serverCertificateSecret",
  "peerCertificateSecret",
  "clientCertificateSecret",
];

/** What the stack itself makes; with the same name it would be taken for somebody else's. */
const ownSecret = "etcd-client-tls";

/** What does not go together in the settings of an existing etcd. */
export function checkExistingEtcdSettings(settings: Settings, isSet: IsSet): string[] {
  if (settings.existingEtcdEndpoints.length === 0) return withoutEndpoints(settings, isSet);
  return [
    ...checkSchemes(settings),
    ...(isPlaintext(settings) ? checkPlaintext(settings, isSet) : checkCertificates(settings, isSet)),
    ...checkPassword(settings),
    ...checkFlow(settings),
    ...checkReach(settings),
    ...checkRestore(settings),
    ...checkOwnEtcd(settings, isSet),
  ];
}

/** What others may write to is filled by a person who looks at it. */
function checkRestore({ restoreFrom }: Settings): string[] {
  if (restoreFrom === "") return [];
  return [
    `restoreFrom is ${JSON.stringify(restoreFrom)}, and existingEtcdEndpoints names an etcd that is not this stack's own, which it does not ` +
      'restore. Do that with "npx trident-etcd copy --from-snapshot FILE" (docs/restoring-from-a-snapshot.md), and remove ' +
      'restoreFrom with "pulumi config rm restoreFrom".',
  ];
}

function withoutEndpoints(settings: Settings, isSet: IsSet): string[] {
  const names = (Object.keys(settings) as Name[]).filter((name) => name.startsWith("existingEtcd") && isSet(name));
  // Endpoints that can't be read are a problem of their own.
  if (names.length === 0 || names.includes("existingEtcdEndpoints")) return [];
  return [
    `${shown(settings, names)}, and existingEtcdEndpoints is empty: nothing says where that etcd is. ` +
      'Name it with "pulumi config set existingEtcdEndpoints https://HOST:2379", or remove ' +
      `${names.length === 1 ? "the other" : "the others"} with "pulumi config rm NAME".`,
  ];
}

function checkSchemes({ existingEtcdEndpoints: endpoints, existingEtcdPlaintext: plaintext }: Settings): string[] {
  const plain = endpoints.filter((endpoint) => endpoint.startsWith("http://"));
  const named = shown({ existingEtcdEndpoints: endpoints }, ["existingEtcdEndpoints"]);
  if (plain.length > 0 && plain.length < endpoints.length) {
    return [
      `${named}: it mixes https:// with http://, so that some of the state would be unprotected. Use https:// for all.`,
    ];
  }
  if (plain.length > 0 && !plaintext) {
    return [
      `${named}: with http:// anybody on the way reads the passwords of the storage, and can change them. Use https://, or ` +
        'accept that with "pulumi config set existingEtcdPlaintext true".',
    ];
  }
  if (plain.length === 0 && plaintext) {
    return [
      `existingEtcdPlaintext is true, and ${named}, which are reached over TLS. Remove it with ` +
        '"pulumi config rm existingEtcdPlaintext", or write http:// if the etcd has no TLS.',
    ];
  }
  return [];
}

function isPlaintext({ existingEtcdEndpoints }: Settings): boolean {
  return existingEtcdEndpoints.every((endpoint) => endpoint.startsWith("http://"));
}

function checkPlaintext(settings: Settings, isSet: IsSet): string[] {
  const unused = ([...fileSettings, "existingEtcdSecret"] as const).filter((name) => isSet(name));
  if (unused.length === 0) return [];
  return [
    `${shown(settings, unused)}, and ${shown(settings, ["existingEtcdEndpoints"])}, without TLS: certificates are not used there. ` +
      'Write https://, or remove them with "pulumi config rm NAME".',
  ];
}

function checkCertificates(settings: Settings, isSet: IsSet): string[] {
  const present = fileSettings.filter((name) => settings[name] !== "");
  const missing = fileSettings.filter((name) => settings[name] === "");
  const secret = settings.existingEtcdSecret;
  if (present.length > 0 && secret !== "") {
    return [
      `${shown(settings, ["existingEtcdSecret"])}, and ${shown(settings, present)}: which certificates are meant can't ` +
        'be told. Remove one or the other with "pulumi config rm NAME".',
    ];
  }
  if (present.length > 0) {
    if (missing.length === 0) return checkUnusedKeys(settings, isSet);
    return [
      `${list(missing)} ${missing.length === 1 ? "is" : "are"} not set: an etcd with TLS takes the CA's certificate, the client's certificate and its key. ` +
        'Name each file with "pulumi config set NAME PATH".',
      ...checkUnusedKeys(settings, isSet),
    ];
  }
  if (secret === "") {
    return [
      `${shown(settings, ["existingEtcdEndpoints"])}, and no client certificate is set: ` +
        "name its files with existingEtcdCaFile, " +
        "existingEtcdCertificateFile and existingEtcdKeyFile, or a Secret of the namespace with existingEtcdSecret.",
    ];
  }
  if (secret !== ownSecret) return [];
  return [
    `existingEtcdSecret is "${ownSecret}": the stack makes a Secret of that name from what is in the one that you name. ` +
      "Put the certificates into a Secret of another name.",
  ];
}

function checkUnusedKeys({ existingEtcdSecretKeys: keys }: Settings, isSet: IsSet): string[] {
  if (!isSet("existingEtcdSecretKeys")) return [];
  return [
    `existingEtcdSecretKeys is ${JSON.stringify(keys.join(","))}, and existingEtcdSecret is not set: the certificates ` +
      'come from files. Remove it with "pulumi config rm existingEtcdSecretKeys".',
  ];
}

/** What an etcd holds is looked at before anything is made, and through a pod only where that can be. */
function checkReach({ createNamespace, existingEtcdReach: reach }: Settings): string[] {
  if (!createNamespace || reach === "direct") return [];
  return [
    `createNamespace is true, and existingEtcdReach is ${reach}: the existing etcd is looked at before the namespace is made, and a pod ` +
      'to look through would have to be in it. Set "pulumi config set existingEtcdReach direct", or create the namespace ' +
      'yourself and remove createNamespace with "pulumi config rm createNamespace".',
  ];
}

function checkPassword({ existingEtcdUsername: username, existingEtcdPassword: password }: Settings): string[] {
  if ((username === "") === (password === "")) return [];
  return username === ""
    ? [
        "existingEtcdPassword is set, and existingEtcdUsername is not: say whose it is with " +
          '"pulumi config set existingEtcdUsername NAME".',
      ]
    : [
        `existingEtcdUsername is ${JSON.stringify(username)}, and existingEtcdPassword is not set: set it with ` +
          '"pulumi config set --secret existingEtcdPassword". Where the client certificate is enough, remove the name.',
      ];
}

function checkFlow({ existingEtcdAdoptState, migrate }: Settings): string[] {
  if (!existingEtcdAdoptState || !migrate) return [];
  return [
    "existingEtcdAdoptState is true and migrate is true: a new Trident starts either on the state that is in the existing " +
      "etcd or on the one that is moved there. Remove one of them.",
  ];
}

function checkOwnEtcd(settings: Settings, isSet: IsSet): string[] {
  const names = ownEtcdSettings.filter((name) => isSet(name));
  if (names.length === 0) return [];
  return [
    `${shown(settings, names)}, and ${shown(settings, ["existingEtcdEndpoints"])}: with an existing etcd the stack makes none of its own. ` +
      `Remove ${names.length === 1 ? "it" : "each"} with "pulumi config rm ${names.length === 1 ? (names[0] ?? "") : "NAME"}", or existingEtcdEndpoints for an etcd of the stack's own.`,
  ];
}

/** Each with its value, but for what may be or hold a password. */
function shown(settings: Partial<Settings>, names: readonly Name[]): string {
  const each = names.map((name) =>
    name === "existingEtcdPassword" || name.endsWith("Pod")
      ? `${name} is set`
      : `${name} is ${JSON.stringify(textOf(settings[name]))}`,
  );
  return list(each);
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
