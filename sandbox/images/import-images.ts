import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "../machine/commands.ts";
import { findProgram } from "../machine/machine-packages.ts";
import { containerdSocket } from "../kubernetes/containerd.ts";
import { cacheRoot, sandboxState } from "../sandbox-paths.ts";
import { archiveImageNames } from "./archive-names.ts";
import { dockerArchive } from "./image-archive.ts";
import { imageTable } from "./image-table.ts";
import type { ImageDescription } from "./image-table.ts";
import { readPrograms } from "./program-files.ts";

/** A directory was named in SANDBOX_IMAGES that cannot be read. */
export class ImageDirectoryError extends Error {
  override readonly name = "ImageDirectoryError";
  constructor(directory: string, cause: unknown) {
    super(`SANDBOX_IMAGES is ${directory}, which cannot be read: name a directory of image archives.`, { cause });
  }
}

/** An image and the archive it comes from; `content` changes when the archive does. */
interface ImageSource {
  name: string;
  archive: string;
  content: string;
}

const recordPath = join(sandboxState, "imported-images.json");

/**
 * Imports into the sandbox's containerd every image that it does not have yet as it is now: those of the directory in
 * SANDBOX_IMAGES, and for the other names of the table those made here.
 */
export async function importImages(report: (line: string) => void): Promise<void> {
  const given = await givenImages(process.env.SANDBOX_IMAGES);
  for (const { name, archive } of given) report(`image ${name} is taken from ${archive} (SANDBOX_IMAGES)`);
  const made = await Promise.all(withoutGiven(imageTable(machineProgram), given).map(makeImage));
  const imported = readRecord();
  const changed = [...given, ...made].filter(({ name, content }) => imported[name] !== content);
  for (const archive of new Set(changed.map((source) => source.archive))) await importArchive(archive);
  for (const { name, content } of changed) {
    await nameByDigest(name);
    imported[name] = content;
  }
  writeFileSync(recordPath, JSON.stringify(imported, null, 2));
  if (changed.length > 0) report(`imported images: ${changed.map(({ name }) => name).join(", ")}`);
}

/** The images of the table that are not given: a given image takes the place of the one with its name. */
export function withoutGiven<Image extends { name: string }>(
  table: readonly Image[],
  given: readonly { name: string }[],
): Image[] {
  const names = new Set(given.map(({ name }) => name));
  return table.filter(({ name }) => !names.has(name));
}

async function importArchive(archive: string): Promise<void> {
  // With -f, gzip passes on what is not compressed as it is; containerd reads no compressed archive.
  const script = 'gzip -dcf "$1" | ctr --address "$2" --namespace k8s.io images import -';
  await run("sh", ["-c", script, "import-image", archive, containerdSocket], { timeoutMilliseconds: 300_000 });
}

/** As after a pull: a pod may then name the image by its digest, too. */
async function nameByDigest(name: string): Promise<void> {
  const ctr = ["--address", containerdSocket, "--namespace", "k8s.io", "images"];
  const listed = await run("ctr", [...ctr, "list", `name==${name}`]);
  const digest = /\bsha256:[0-9a-f]{64}\b/.exec(listed)?.[0];
  if (digest === undefined) return;
  await run("ctr", [...ctr, "tag", "--force", name, `${name.replace(/:[^/:]+$/, "")}@${digest}`]);
}

async function givenImages(directory: string | undefined): Promise<ImageSource[]> {
  if (directory === undefined || directory === "") return [];
  const files = listFiles(directory);
  const sources = await Promise.all(
    files.map(async (file) => {
      const archive = join(directory, file);
      const { size, mtimeMs } = statSync(archive);
      const content = `${archive} ${size} ${mtimeMs}`;
      return (await archiveImageNames(archive)).map((name) => ({ name, archive, content }));
    }),
  );
  return sources.flat();
}

function listFiles(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw new ImageDirectoryError(directory, error);
  }
}

/** Makes the image's archive in the cache unless it is there: its name has the hash of what goes into it. */
async function makeImage(image: ImageDescription): Promise<ImageSource> {
  const busybox: Record<string, string> = image.busybox ? { "/bin/busybox": machineProgram("busybox") } : {};
  const programs = await readPrograms({ ...image.programs, ...busybox });
  const hash = createHash("sha256").update(JSON.stringify(image));
  for (const [path, content] of programs) hash.update(`\n${path} ${content.length}\n`).update(content);
  const content = hash.digest("hex").slice(0, 12);
  const directory = join(cacheRoot, "images");
  const archive = join(directory, `${image.name.replaceAll(/[/:]/g, "-")}-${content}.tar`);
  if (!existsSync(archive)) {
    mkdirSync(directory, { recursive: true });
    const partial = `${archive}.${process.pid}`;
    writeFileSync(partial, dockerArchive(image, programs, image.busybox ? await busyboxNames() : []));
    renameSync(partial, archive);
  }
  return { name: image.name, archive, content };
}

async function busyboxNames(): Promise<string[]> {
  const names = (await run(machineProgram("busybox"), ["--list"])).split("\n");
  return names.filter((name) => name !== "" && name !== "busybox");
}

function machineProgram(name: string): string {
  return findProgram(name) ?? name;
}

function readRecord(): Record<string, string> {
  return existsSync(recordPath) ? (JSON.parse(readFileSync(recordPath, "utf8")) as Record<string, string>) : {};
}
