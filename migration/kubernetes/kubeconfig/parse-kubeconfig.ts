import { resolve, sep } from "node:path";
import { loadYaml } from "@kubernetes/client-node";
import { Fields } from "./fields.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** What a kubeconfig says, by names; of several files merged, each entry still knows its own. */
export interface Kubeconfig {
  /** Empty when none is set. */
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
}

export interface ContextEntry {
  readonly cluster: string;
  /** Empty for nobody. */
  readonly user: string;
}

/** Texts are empty and flags false when the field is not there; paths are absolute. */
export interface ClusterEntry {
  /** For messages, and for what is handed on to a plugin. */
  readonly fields: Fields;
  readonly server: string;
  readonly certificateAuthority: FileOrData;
  readonly skipVerification: boolean;
  readonly tlsServerName: string;
  readonly proxyUrl: string;
}

export interface UserEntry {
  readonly fields: Fields;
  readonly certificate: FileOrData;
  readonly key: FileOrData;
  readonly token: string;
  readonly tokenFile: string;
  readonly username: string;
  readonly password: string;
  readonly impersonated: Impersonated;
  readonly exec: ExecEntry | undefined;
  /** `name` and `config`, as they are written. */
  readonly authProvider: Fields | undefined;
}

/** At most one of the two: where a kubeconfig has both, its data count. */
export interface FileOrData {
  readonly file: string;
  /** In base64. */
  readonly data: string;
}

export interface Impersonated {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: readonly (readonly [key: string, values: readonly string[]])[];
}

/** A credential plugin. */
export interface ExecEntry {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: string;
}

/** Raises KubeconfigError. `folder` is what relative paths start from. */
export function parseKubeconfig(text: string, origin: string, folder: string): Kubeconfig {
  const fields = new Fields(origin, "", readYaml(text, origin));
  const kind = fields.text("kind");
  if (kind !== "" && kind !== "Config") fields.refuse("kind", "is not Config: this is no kubeconfig");
  return {
    currentContext: fields.text("current-context"),
    contexts: byName(fields.list("contexts"), (entry) => contextEntry(entry.mapping("context"))),
    clusters: byName(fields.list("clusters"), (entry) => clusterEntry(entry.mapping("cluster"), folder)),
    users: byName(fields.list("users"), (entry) => userEntry(entry.mapping("user"), folder)),
  };
}

function readYaml(text: string, origin: string): unknown {
  if (text.trim() === "") return {};
  try {
    // As kubectl, which lets the last of two fields of one name count.
    return loadYaml(text, { json: true });
  } catch (error) {
    throw new KubeconfigError(`${origin}${describeMistake(error)}`);
  }
}

/** The parser's error shows the lines around the mistake, and quotes names in its reason; both may be secrets. */
function describeMistake(error: unknown): string {
  const { reason, mark } = error as { reason?: string; mark?: { line: number } };
  const line = mark === undefined ? "" : `, line ${mark.line + 1}`;
  const known = (reason ?? "it can't be read as YAML").replaceAll(/"[^"]*"|!?<[^>]*>|(?<=: ).*$/g, "(not shown)");
  return `${line}: ${known}`;
}

function byName<Entry>(entries: readonly Fields[], read: (entry: Fields) => Entry): Map<string, Entry> {
  const found = new Map<string, Entry>();
  const places = new Map<string, string>();
  for (const entry of entries) {
    const name = entry.text("name");
    const earlier = places.get(name);
    if (earlier !== undefined) entry.refuse("name", `is that of ${earlier}, too: rename or remove one of them`);
    places.set(name, entry.path);
    found.set(name, read(entry));
  }
  return found;
}

function contextEntry(fields: Fields): ContextEntry {
  return { cluster: fields.text("cluster"), user: fields.text("user") };
}

function clusterEntry(fields: Fields, folder: string): ClusterEntry {
  return {
    fields,
    server: fields.text("server"),
    certificateAuthority: fileOrData(fields, "certificate-authority", folder),
    skipVerification: fields.flag("insecure-skip-tls-verify"),
    tlsServerName: fields.text("tls-server-name"),
    proxyUrl: fields.text("proxy-url"),
  };
}

function userEntry(fields: Fields, folder: string): UserEntry {
  const exec = fields.optionalMapping("exec");
  return {
    fields,
    certificate: fileOrData(fields, "client-certificate", folder),
    key: fileOrData(fields, "client-key", folder),
    token: fields.text("token"),
    tokenFile: absolute(fields.text("tokenFile"), folder),
    username: fields.text("username"),
    password: fields.text("password"),
    impersonated: impersonated(fields),
    exec: exec === undefined ? undefined : execEntry(exec, folder),
    authProvider: fields.optionalMapping("auth-provider"),
  };
}

function impersonated(fields: Fields): Impersonated {
  const extra = fields.mapping("as-user-extra");
  return {
    user: fields.text("as"),
    uid: fields.text("as-uid"),
    groups: fields.texts("as-groups"),
    extra: extra.names().map((key) => [key, extra.texts(key)] as const),
  };
}

function execEntry(fields: Fields, folder: string): ExecEntry {
  const command = fields.text("command");
  return {
    apiVersion: fields.text("apiVersion"),
    // One without a slash is looked for in PATH.
    command: command.includes(sep) ? absolute(command, folder) : command,
    args: fields.texts("args"),
    env: fields.list("env").map((each) => ({ name: each.text("name"), value: each.text("value") })),
    provideClusterInfo: fields.flag("provideClusterInfo"),
    interactiveMode: fields.text("interactiveMode"),
  };
}

function fileOrData(fields: Fields, name: string, folder: string): FileOrData {
  const data = fields.base64(`${name}-data`);
  return { data, file: data === "" ? absolute(fields.text(name), folder) : "" };
}

function absolute(path: string, folder: string): string {
  return path === "" ? "" : resolve(folder, path);
}
