import type { Settings } from "./settings.ts";

/** The Secrets with certificates that the user brings, by who holds them. */
const certificateSecretSettings = [
  "serverCertificateSecret",
  "peerCertificateSecret",
  "clientCertificateSecret",
] as const satisfies readonly (keyof Settings)[];

/** What only shapes certificates that are generated. */
const generatedOnly = [
  "certificateValidityHours",
  "certificateKeyAlgorithm",
  "certificateOrganization",
  "certificateExtraDnsNames",
] as const satisfies readonly (keyof Settings)[];

/** What the stack itself makes. */
const ownSecrets: readonly string[] = ["etcd-server-tls", "etcd-peer-tls", "etcd-client-tls"];

/** Which settings about certificates contradict each other, a sentence each. */
export function checkCertificateSettings(settings: Settings, defaults: Settings): string[] {
  const { certificateDirectory } = settings;
  const named = certificateSecretSettings.filter((name) => settings[name] !== "");
  const brought = [...(certificateDirectory === "" ? [] : ["certificateDirectory" as const]), ...named];
  if (brought.length === 0) return renewedByEachRun(settings);
  return [
    ...onlySome(settings, named),
    ...named.filter((name) => ownSecrets.includes(settings[name])).map((name) => takenName(name, settings[name])),
    ...(certificateDirectory !== "" && named.length > 0
      ? [
          `certificateDirectory is ${JSON.stringify(certificateDirectory)} and ${valueOf(settings, named)}: certificates come ` +
            `from files or from Secrets. Remove the one or the others with "pulumi config rm NAME".`,
        ]
      : []),
    ...generatedOnly
      .filter((name) => String(settings[name]) !== String(defaults[name]))
      .map(
        (name) =>
          `${name} is ${JSON.stringify(String(settings[name]))}, which is about generated certificates, and ` +
          `${valueOf(settings, brought)}, so that none are generated. Remove ${name} with "pulumi config rm ${name}", and ask ` +
          "whoever issues the certificates for what it says.",
      ),
  ];
}

function takenName(name: string, secret: string): string {
  return (
    `${name} is ${JSON.stringify(secret)}: the stack makes a Secret of that name from what is in the one that you name. ` +
    "Have the certificate put into a Secret of another name."
  );
}

function onlySome(settings: Settings, named: readonly (typeof certificateSecretSettings)[number][]): string[] {
  const absent = certificateSecretSettings.filter((name) => !named.includes(name));
  if (named.length === 0 || absent.length === 0) return [];
  return [
    `${absent.join(" and ")} ${absent.length === 1 ? "is" : "are"} not set, and ${valueOf(settings, named)}: a cluster needs all ` +
      `three. Set ${absent.map((name) => `"pulumi config set ${name} SECRET"`).join(" and ")}, or remove the ` +
      `${named.length === 1 ? "other" : "others"}.`,
  ];
}

function valueOf(settings: Settings, names: readonly (keyof Settings)[]): string {
  return names.map((name) => `${name} is ${JSON.stringify(settings[name])}`).join(" and ");
}

function renewedByEachRun({ certificateEarlyRenewalHours, certificateValidityHours }: Settings): string[] {
  if (certificateEarlyRenewalHours < certificateValidityHours) return [];
  return [
    `certificateEarlyRenewalHours is ${certificateEarlyRenewalHours} and certificateValidityHours is ` +
      `${certificateValidityHours}: every "pulumi up" would renew the certificates. ` +
      "Renew later than they are issued: make the first smaller than the second.",
  ];
}
