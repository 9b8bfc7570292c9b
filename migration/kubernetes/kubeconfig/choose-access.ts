import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { describeFailure } from "../../wording/describe-failure.ts";
import type { Fields } from "./fields.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import type { ClusterEntry, FileOrData, Kubeconfig, UserEntry } from "./parse-kubeconfig.ts";

/** One context's cluster and user, found fit to be used. */
export interface ChosenAccess {
  readonly context: string;
  /** A URL, without a slash at its end. */
  readonly server: string;
  readonly cluster: ClusterEntry;
  /** Undefined for nobody. */
  readonly user: UserEntry | undefined;
}

/** Of the context that is asked for, or else of the current one. Raises KubeconfigError, as kubectl refuses them. */
export function chooseAccess(kubeconfig: Kubeconfig, wanted: string): ChosenAccess {
  const name = wanted === "" ? kubeconfig.currentContext : wanted;
  const context = kubeconfig.contexts.get(name);
  if (name === "" || context === undefined) {
    const known = [...kubeconfig.contexts.keys()];
    const missing = name === "" ? "no current context is set" : `it has no usable context "${name}"`;
    throw new KubeconfigError(`${missing}; its contexts: ${known.length === 0 ? "none" : known.join(", ")}`);
  }
  const cluster = kubeconfig.clusters.get(context.cluster);
  if (cluster === undefined) throw lacks(name, "cluster", context.cluster, kubeconfig.clusters);
  const user = context.user === "" ? undefined : kubeconfig.users.get(context.user);
  if (context.user !== "" && user === undefined) throw lacks(name, "user", context.user, kubeconfig.users);
  checkCluster(cluster);
  if (user !== undefined) checkUser(user);
  return { context: name, server: serverUrl(cluster, user), cluster, user };
}

function lacks(context: string, kind: "cluster" | "user", name: string, known: ReadonlyMap<string, unknown>): Error {
  const named = name === "" ? `names no ${kind}` : `names a ${kind} that is not there`;
  return new KubeconfigError(
    `it has no usable context "${context}": it ${named} (${known.size} of them ${known.size === 1 ? "is" : "are"}); put it right ` +
      `with \`kubectl config set-context ${context} --${kind}=NAME\`, or add the file with that ${kind} to KUBECONFIG`,
  );
}

function checkCluster(cluster: ClusterEntry): void {
  const { fields, server, certificateAuthority, skipVerification, proxyUrl } = cluster;
  if (server === "") fields.refuse("server", "is missing: it is the URL of the API server");
  const proxies = ["http:", "https:", "socks5:"];
  if (proxyUrl !== "" && !(URL.canParse(proxyUrl) && proxies.includes(new URL(proxyUrl).protocol))) {
    fields.refuse("proxy-url", "is no proxy's URL, such as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT");
  }
  if (!isThere(certificateAuthority)) return;
  if (skipVerification)
    fields.refuse("insecure-skip-tls-verify", "and certificate-authority are both set: remove one of them");
  certificateIn(fields, "certificate-authority", certificateAuthority);
}

function checkUser(user: UserEntry): void {
  const { fields, certificate, key, token, username, password, impersonated, exec, authProvider } = user;
  if (token !== "" && (username !== "" || password !== "")) {
    fields.refuse("token", "and its username are both set: remove one of them, as only one can be sent");
  }
  if (isThere(certificate)) {
    const pair = certificateIn(fields, "client-certificate", certificate);
    if (!isThere(key)) fields.refuse("client-key", "is missing, which belongs to client-certificate");
    if (!pair.checkPrivateKey(privateKeyIn(fields, key))) {
      fields.refuse("client-key", "does not belong to client-certificate: bring the two that were made together");
    }
  }
  const { user: name, uid, groups, extra } = impersonated;
  if (name === "" && (uid !== "" || groups.length > 0 || extra.length > 0)) {
    fields.refuse("as", "is missing: a group, uid or extra can't be taken without a user");
  }
  if (authProvider !== undefined) refuseAuthProvider(fields, authProvider.text("name"), exec !== undefined);
  if (exec === undefined) return;
  if (exec.command === "") fields.refuse("exec.command", "is missing: it is the credential plugin's program");
  if (exec.apiVersion === "") fields.refuse("exec.apiVersion", "is missing, such as client.authentication.k8s.io/v1");
  if (exec.interactiveMode === "Always") {
    fields.refuse("exec.interactiveMode", "is Always, but Pulumi gives a plugin no terminal: choose a user without it");
  }
}

/** What took the place of kubectl's own ways to log in. */
const pluginsInstead: Readonly<Record<string, string>> = {
  oidc: "kubelogin (`kubectl oidc-login setup --oidc-issuer-url=URL --oidc-client-id=ID` says how)",
  azure: "that of Azure (`kubelogin convert-kubeconfig` does it)",
  gcp: "gke-gcloud-auth-plugin (`gcloud container clusters get-credentials NAME` does it, once it is installed)",
};

/** kubectl has kept `oidc` alone, and writes what it renews back: two that renew from one kubeconfig would lock each other out. */
function refuseAuthProvider(fields: Fields, name: string, hasPlugin: boolean): never {
  const remedy = hasPlugin
    ? "remove it, as exec is set, too"
    : `replace it by exec, a credential plugin: ${pluginsInstead[name] ?? "that of whoever gives the tokens"}`;
  return fields.refuse(
    "auth-provider",
    `${name in pluginsInstead ? `(${name}) ` : ""}is not renewed in a run: ${remedy}`,
  );
}

function isThere({ file, data }: FileOrData): boolean {
  return file !== "" || data !== "";
}

function certificateIn(fields: Fields, name: string, content: FileOrData): X509Certificate {
  const { bytes, field } = contentOf(fields, name, content);
  try {
    return new X509Certificate(bytes);
  } catch {
    return fields.refuse(
      field,
      `${placeOf(content)}holds no certificate in PEM: bring one that begins with "-----BEGIN CERTIFICATE"`,
    );
  }
}

function privateKeyIn(fields: Fields, content: FileOrData): KeyObject {
  const { bytes, field } = contentOf(fields, "client-key", content);
  try {
    return createPrivateKey(bytes);
  } catch {
    return fields.refuse(
      field,
      `${placeOf(content)}holds no private key in PEM without a passphrase: bring such a one`,
    );
  }
}

function contentOf(fields: Fields, name: string, { file, data }: FileOrData): { bytes: Buffer; field: string } {
  if (data !== "") return { bytes: Buffer.from(data, "base64"), field: `${name}-data` };
  try {
    return { bytes: readFileSync(file), field: name };
  } catch (error) {
    return fields.refuse(name, `names a file that can't be read (${describeFailure(error)}): correct the path`);
  }
}

function placeOf({ file }: FileOrData): string {
  return file === "" ? "" : `(${file}) `;
}

/** One without `https://` in front gets it where anything of TLS is set, as with kubectl. */
function serverUrl(
  { fields, server, certificateAuthority, skipVerification }: ClusterEntry,
  user: UserEntry | undefined,
): string {
  const isSecure =
    isThere(certificateAuthority) || skipVerification || (user !== undefined && isThere(user.certificate));
  const whole = server.includes("://") ? server : `${isSecure ? "https" : "http"}://${server}`;
  const isUsable = URL.canParse(whole) && ["http:", "https:"].includes(new URL(whole).protocol);
  if (!isUsable) fields.refuse("server", "is no URL: write it as https://HOST:PORT");
  return whole.replace(/[?#].*$/, "").replace(/\/+$/, "");
}
