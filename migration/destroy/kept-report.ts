import { connectToCluster, type ClusterAccess, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";
import { snapshotFolder } from "../snapshot/snapshot-folder.ts";

/** Something that a destroy leaves where it is. Plain JSON: it is part of the plan, and of a stack's state. */
export interface KeptThing {
  /** Such as `namespace trident`. */
  readonly what: string;
  /** Removes it, or lists what there is to remove; absent where nobody should. */
  readonly command?: string;
  /** How to see whether it is there; without it, it is taken to be. */
  readonly look?: Look;
  /** The Deployment, by its path in the API, and its name, that needs it as long as it is there. */
  readonly neededBy?: { readonly path: string; readonly name: string };
}

export type Look =
  /** One object, by its path in the API. */
  | { readonly path: string }
  /** Those in a list with an annotation of that value. */
  | { readonly list: string; readonly annotation: string; readonly value: string }
  /** The snapshots of a namespace's etcds in a folder of this machine. */
  | { readonly snapshotDirectory: string; readonly namespace: string };

/** As the plan says it, before anything is looked for. */
export function describeKept({ what, command }: KeptThing): string {
  return command === undefined ? what : `${what}: \`${command}\``;
}

/** Whether things are still there; raises or rejects where that can't be found out. */
export interface KeptReader {
  exists(path: string): Promise<boolean>;
  /** How many objects of the list have the annotation. */
  count(list: string, annotation: string, value: string): Promise<number>;
  /** Absolute paths. */
  snapshots(directory: string, namespace: string): Promise<readonly string[]>;
}

/**
 * What an uninstallation has left, each with the command that removes it, as lines to print: what is really there, and what can't
 * be asked for. Empty when nothing is left.
 */
export async function reportKept(reader: KeptReader, things: readonly KeptThing[]): Promise<string[]> {
  const found = await Promise.all(things.map((thing) => linesOf(reader, thing)));
  const lines = found.flat();
  if (lines.length === 0) return [];
  return ["Kept, each with the command that removes it:", ...lines.map((line) => `  - ${line}`)];
}

async function linesOf(reader: KeptReader, thing: KeptThing): Promise<string[]> {
  const { look, neededBy, what } = thing;
  if (look !== undefined && "snapshotDirectory" in look) return snapshotLines(reader, look);
  if (look !== undefined && !(await isThere(reader, look))) return [];
  if (neededBy !== undefined && (await exists(reader, neededBy.path, false))) {
    return [`${what}: needed by Deployment ${neededBy.name}`];
  }
  return [describeKept(thing)];
}

async function snapshotLines(
  reader: KeptReader,
  { snapshotDirectory, namespace }: Extract<Look, { snapshotDirectory: string }>,
): Promise<string[]> {
  const paths = await reader.snapshots(snapshotDirectory, namespace);
  return paths.map((path) => `snapshot ${path}, which holds passwords: \`rm ${path}\``);
}

function isThere(reader: KeptReader, look: Exclude<Look, { snapshotDirectory: string }>): Promise<boolean> {
  if ("path" in look) return exists(reader, look.path, true);
  return reader.count(look.list, look.annotation, look.value).then(
    (count) => count > 0,
    () => true,
  );
}

function exists(reader: KeptReader, path: string, ifUnknown: boolean): Promise<boolean> {
  return reader.exists(path).catch(() => ifUnknown);
}

/** On a real cluster. A kubeconfig that leads nowhere is one that can't be asked. */
export function keptReader(access: ClusterAccess): KeptReader {
  let cluster: ClusterClient | undefined;
  const get = async (path: string): Promise<unknown> => {
    // Nobody waits long for a list that is only good to know.
    cluster ??= connectToCluster(access, { requestTimeoutMilliseconds: 5_000 });
    return cluster.requestJson({ method: "GET", path });
  };
  return {
    exists: async (path) => {
      try {
        const found = (await get(path)) as { metadata?: { deletionTimestamp?: string } };
        return found.metadata?.deletionTimestamp === undefined;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    count: async (list, annotation, value) => {
      const { items = [] } = (await get(list)) as { items?: Annotated[] };
      return items.filter(({ metadata }) => metadata?.annotations?.[annotation] === value).length;
    },
    snapshots: async (directory, namespace) => (await snapshotFolder(directory, namespace)?.list()) ?? [],
  };
}

interface Annotated {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}
