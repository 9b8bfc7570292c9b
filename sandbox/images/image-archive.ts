import { createHash } from "node:crypto";

import type { ImageDescription } from "./image-table.ts";
import { tarArchive } from "./tar-archive.ts";
import type { TarEntry } from "./tar-archive.ts";

/** The content of the files that an image is made of: path in the image -> executable bytes. */
export type ProgramContents = ReadonlyMap<string, Buffer>;

/** The image as `docker save` would write it: one layer, its configuration and a manifest with the name. */
export function dockerArchive(
  image: ImageDescription,
  programs: ProgramContents,
  busyboxNames: readonly string[],
): Buffer {
  const layer = tarArchive(layerEntries(image, programs, busyboxNames));
  const configuration = Buffer.from(JSON.stringify(imageConfiguration(image, sha256(layer))));
  const configurationName = `${sha256(configuration)}.json`;
  const manifest = [{ Config: configurationName, RepoTags: [image.name], Layers: ["layer.tar"] }];
  return tarArchive([
    { type: "file", path: configurationName, content: configuration, mode: 0o644 },
    { type: "file", path: "layer.tar", content: layer, mode: 0o644 },
    { type: "file", path: "manifest.json", content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
  ]);
}

/** The files of the only layer, each after the directories it lies in. */
function layerEntries(image: ImageDescription, programs: ProgramContents, busyboxNames: readonly string[]): TarEntry[] {
  const files: TarEntry[] = [];
  for (const [path, content] of programs) files.push({ type: "file", path, content, mode: 0o755 });
  const texts = { ...accounts(image.users), ...image.texts };
  for (const [path, text] of Object.entries(texts)) {
    files.push({ type: "file", path, content: Buffer.from(text), mode: 0o644 });
  }
  if (image.busybox) {
    for (const name of busyboxNames) files.push({ type: "link", path: `/bin/${name}`, target: "busybox" });
  }
  const directories = new Set(files.flatMap(({ path }) => parents(path)));
  return [
    ...[...directories].sort().map((path): TarEntry => ({ type: "directory", path, mode: 0o755 })),
    { type: "directory", path: "/tmp", mode: 0o1777 },
    ...files,
  ];
}

function imageConfiguration(image: ImageDescription, layerDigest: string): unknown {
  return {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: image.command,
      Labels: image.labels,
      ...(image.user === undefined ? {} : { User: image.user }),
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created_by: "trident-etcd sandbox" }],
  };
}

function accounts(users: Readonly<Record<string, number>>): Record<string, string> {
  const all = Object.entries({ root: 0, ...users });
  return {
    "/etc/passwd": all.map(([name, id]) => `${name}:x:${id}:${id}:${name}:/:/bin/sh\n`).join(""),
    "/etc/group": all.map(([name, id]) => `${name}:x:${id}:\n`).join(""),
  };
}

/** "/a/b/c" -> "/a", "/a/b" */
function parents(path: string): string[] {
  const segments = path.split("/").slice(1, -1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join("/")}`);
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
