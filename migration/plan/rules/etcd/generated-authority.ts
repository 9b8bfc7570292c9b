import type { X509Certificate } from "node:crypto";
import { certificatesIn } from "../../../certificates/pem-contents.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";

/** The settings that make another CA of a generated one; its dates may change, since its name and key stay. */
export interface GeneratedAuthority {
  readonly keyAlgorithm: "RSA" | "ECDSA";
  /** Empty for none. */
  readonly organization: string;
}

/**
 * Whether generated certificates would be of another CA than the members know that run: settings may have changed. What that
 * leads to is told by `judgeAuthorities`.
 */
export function judgeGenerated(
  wanted: GeneratedAuthority,
  serverSecret: ServedObject | undefined,
  whatWouldHappen: string,
): Blocker[] {
  const data = serverSecret?.data as Readonly<Record<string, string>> | undefined;
  const contents = certificatesIn(Buffer.from(data?.["server-ca.crt"] ?? "", "base64"));
  if ("problem" in contents) return [];
  const [running] = contents.value;
  return [
    ...differing("certificateKeyAlgorithm", wanted.keyAlgorithm, keyAlgorithmOf(running)),
    ...differing("certificateOrganization", wanted.organization, organizationOf(running)),
  ].map(({ setting, value, before }) => ({
    kind: "anotherAuthority",
    object: `setting ${setting}`,
    message:
      `${setting} is ${JSON.stringify(value)}, and the CA that the members which run were started with has ` +
      `${before === "" ? "none" : JSON.stringify(before)}. It would be another CA: ${whatWouldHappen}`,
    remedy:
      `Set it back with \`${before === "" ? `pulumi config rm ${setting}` : `pulumi config set ${setting} ${before}`}\`. ` +
      "Another CA takes a new etcd: docs/certificates.md says how to get there.",
  }));
}

function differing(setting: string, value: string, before: string) {
  return value === before ? [] : [{ setting, value, before }];
}

function keyAlgorithmOf({ publicKey }: X509Certificate): string {
  return publicKey.asymmetricKeyType === "ec" ? "ECDSA" : "RSA";
}

function organizationOf({ subject }: X509Certificate): string {
  return /^O=(.*)$/m.exec(subject)?.[1] ?? "";
}
