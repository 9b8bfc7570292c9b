import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { describeFailure } from "../../wording/describe-failure.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { parseKubeconfig, type Kubeconfig } from "./parse-kubeconfig.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Of the setting kubernetes:kubeconfig: a path or contents. Raises KubeconfigError. */
export function readGivenKubeconfig(kubeconfig: string): Kubeconfig {
  if (isContents(kubeconfig)) return parseKubeconfig(kubeconfig, "the setting kubernetes:kubeconfig", process.cwd());
  const path = expandHome(kubeconfig);
  return parseFile(path, readBytes(path));
}

export function isContents(kubeconfig: string): boolean {
  return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}

/**
 * Of the environment, as kubectl: the files in KUBECONFIG, or else ~/.kube/config; those that are missing don't count. Raises
 * KubeconfigError; undefined when not one of them is there.
 */
export function readKubeconfigOf(environment: Environment): Kubeconfig | undefined {
  const found = kubeconfigPaths(environment).flatMap((path) => {
    const bytes = readBytes(path, { mayBeMissing: true });
    return bytes === undefined ? [] : [parseFile(path, bytes)];
  });
  return found.length === 0 ? undefined : mergeKubeconfigs(found);
}

/** In their order, each once. */
export function kubeconfigPaths(environment: Environment): string[] {
  const variable = environment.KUBECONFIG ?? "";
  if (variable !== "") return [...new Set(variable.split(delimiter))].filter((path) => path !== "");
  return [join(environment.HOME ?? "", ".kube", "config")];
}

/** The first to have a name wins, with the whole of its entry; so does the first current context. */
export function mergeKubeconfigs(kubeconfigs: readonly Kubeconfig[]): Kubeconfig {
  const firstWins = <Entry>(maps: readonly ReadonlyMap<string, Entry>[]): Map<string, Entry> =>
    new Map(maps.toReversed().flatMap((map) => [...map]));
  return {
    currentContext: kubeconfigs.map((each) => each.currentContext).find((name) => name !== "") ?? "",
    contexts: firstWins(kubeconfigs.map((each) => each.contexts)),
    clusters: firstWins(kubeconfigs.map((each) => each.clusters)),
    users: firstWins(kubeconfigs.map((each) => each.users)),
  };
}

/** A shell does so for KUBECONFIG, nobody for a setting; with the home that Pulumi's Kubernetes provider takes. */
function expandHome(path: string): string {
  if (path !== "~" && !path.startsWith("~/")) return path;
  return join(userInfo().homedir, path.slice(1));
}

function parseFile(path: string, bytes: Buffer): Kubeconfig {
  return parseKubeconfig(decode(bytes), path, dirname(resolve(path)));
}

function readBytes(path: string): Buffer;
function readBytes(path: string, options: { readonly mayBeMissing: true }): Buffer | undefined;
function readBytes(path: string, { mayBeMissing = false } = {}): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (mayBeMissing && code === "ENOENT") return undefined;
    const reason = code === "EISDIR" ? "it is a directory; name a file in it" : describeFailure(error);
    throw new KubeconfigError(`${path} can't be read: ${reason}`);
  }
}

/** As PowerShell writes it, too. */
function decode(bytes: Buffer): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
