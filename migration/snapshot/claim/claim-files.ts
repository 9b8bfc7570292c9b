import { createHash } from "node:crypto";
import { lstat, open, rename, rm, type FileHandle } from "node:fs/promises";
import { posix, resolve } from "node:path";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { runInPod, textFromPod, type PodExecOptions } from "../../kubernetes/pod-exec.ts";
import { partial } from "../snapshot-name.ts";
import { SnapshotTrailer } from "../snapshot-trailer.ts";
import { claimContainer, claimFolder } from "./claim-pod.ts";
import { FileNotFetchedError } from "./claim-errors.ts";

/** A file on a claim. */
export interface ClaimFile {
  /** Without the folder that it is in. */
  readonly name: string;
  readonly bytes: number;
}

/** What is on a claim that a pod has mounted. Paths on it are relative to its top. */
export interface ClaimFiles {
  readonly claim: string;
  /** The plain files in a folder of it, by name. Raises PodCommandError when there is no such folder. */
  list(folder?: string): Promise<ClaimFile[]>;
  /** The content, as it comes. */
  read(file: string): AsyncGenerator<Buffer, void, undefined>;
  /**
   * Writes a file of it where only its owner can read it, under a name that it gets once its checksum holds: a `snapshot` has that of
   * its content at its end, for `any` other file the pod is asked. Answers with the absolute path. Raises FileNotFetchedError.
   */
  fetch(file: string, to: string, kind?: "snapshot" | "any"): Promise<string>;
}

export interface MountedClaim {
  readonly namespace: string;
  readonly pod: string;
  readonly claim: string;
}

export function claimFiles(cluster: ClusterClient, mounted: MountedClaim, options: PodExecOptions = {}): ClaimFiles {
  const { namespace, pod, claim } = mounted;
  const asked = (...command: string[]) => ({ namespace, pod, container: claimContainer, command });
  const read = (file: string) => runInPod(cluster, asked("cat", onClaim(file)), options);
  const sum = async (file: string): Promise<string> =>
    // A big file is silent for as long as it is read.
    (await textFromPod(cluster, asked("sha256sum", onClaim(file)), { ...options, silenceSeconds: 1800 })).slice(0, 64);
  return {
    claim,
    list: async (folder = ".") => parseListing(await textFromPod(cluster, asked(...listing, onClaim(folder)), options)),
    read,
    fetch: async (file, to, kind = "snapshot") => {
      const path = resolve(to);
      try {
        await fetchFile(read(file), path, kind === "snapshot" ? new SnapshotTrailer() : new SumOf(() => sum(file)));
      } catch (error) {
        options.interruption?.throwIfAborted();
        throw new FileNotFetchedError(claim, file, path, error);
      }
      return path;
    },
  };
}

// Its times are written in three words by busybox and by coreutils alike, in this locale.
const listing = ["env", "LC_ALL=C", "ls", "-lnA"];

/** Plain files of what `ls -lnA` prints, by name. */
export function parseListing(text: string): ClaimFile[] {
  const files = text.split("\n").flatMap((line) => {
    const [, bytes, name] = /^-\S+\s+\d+\s+\d+\s+\d+\s+(\d+)\s+\S+\s+\S+\s+\S+ (.+)$/.exec(line) ?? [];
    return bytes === undefined || name === undefined ? [] : [{ name, bytes: Number(bytes) }];
  });
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Raises RangeError for a path that leads out of the claim. */
function onClaim(path: string): string {
  const whole = posix.join(claimFolder, path);
  if (whole !== claimFolder && !whole.startsWith(`${claimFolder}/`)) {
    throw new RangeError(`${path} is not on the claim: it leads out of it`);
  }
  return whole;
}

interface Checksum {
  add(piece: Buffer): void;
  /** Undefined when it holds. */
  problem(): string | undefined | Promise<string | undefined>;
}

/** Compared with what the pod says of the file once it was read: one that changed meanwhile is no copy of anything. */
class SumOf implements Checksum {
  readonly #hash = createHash("sha256");
  readonly #ask: () => Promise<string>;

  constructor(ask: () => Promise<string>) {
    this.#ask = ask;
  }

  add(piece: Buffer): void {
    this.#hash.update(piece);
  }

  async problem(): Promise<string | undefined> {
    const there = await this.#ask();
    return there === this.#hash.digest("hex") ? undefined : "its SHA-256 on the claim is another one";
  }
}

async function fetchFile(content: AsyncIterable<Buffer>, path: string, checksum: Checksum): Promise<void> {
  if ((await lstat(path).catch(() => undefined)) !== undefined) throw new Error("a file of that name is there already");
  const temporary = `${path}${partial}`;
  // What a run that was killed has left.
  await rm(temporary, { force: true });
  const file = await open(temporary, "wx", 0o600);
  try {
    await writeChecked(file, content, checksum).finally(() => file.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeChecked(file: FileHandle, content: AsyncIterable<Buffer>, checksum: Checksum): Promise<void> {
  for await (const piece of content) {
    checksum.add(piece);
    await file.appendFile(piece);
  }
  const problem = await checksum.problem();
  if (problem !== undefined) throw new Error(problem);
  await file.sync();
}
