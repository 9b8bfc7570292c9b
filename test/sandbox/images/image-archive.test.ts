import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { archiveImageNames } from "../../../sandbox/images/archive-names.ts";
import { dockerArchive } from "../../../sandbox/images/image-archive.ts";
import type { ImageDescription } from "../../../sandbox/images/image-table.ts";

const directory = mkdtempSync(join(tmpdir(), "image-archive-"));
after(() => {
  rmSync(directory, { recursive: true });
});

const image: ImageDescription = {
  name: "example.invalid/team/program:1.0",
  programs: {},
  busybox: true,
  texts: { "/etc/stand-in": "not the real one\n" },
  users: { worker: 1000 },
  user: "worker",
  command: ["/usr/local/bin/program"],
  labels: { "stand-in": "not the real one" },
};
const programs = new Map([
  ["/usr/local/bin/program", Buffer.from("x".repeat(1000))],
  ["/bin/busybox", Buffer.from("y".repeat(512))],
]);
const archivePath = join(directory, "image.tar");
const read = (path: string) => readFileSync(join(directory, path));
const digest = (content: Buffer) => createHash("sha256").update(content).digest("hex");

before(() => {
  writeFileSync(archivePath, dockerArchive(image, programs, ["sh", "wget"]));
  execFileSync("tar", ["-xf", archivePath, "-C", directory]);
  execFileSync("tar", ["-xpf", join(directory, "layer.tar"), "-C", directory]);
});

test("the archive names the image as a cluster would pull it", async () => {
  assert.deepEqual(await archiveImageNames(archivePath), [image.name]);
});

test("the layer holds programs that can be run, texts, and links to busybox", () => {
  assert.deepEqual(read("usr/local/bin/program"), programs.get("/usr/local/bin/program"));
  assert.equal(statSync(join(directory, "usr/local/bin/program")).mode & 0o777, 0o755);
  assert.equal(read("etc/stand-in").toString(), "not the real one\n");
  assert.equal(readlinkSync(join(directory, "bin/sh")), "busybox");
  assert.equal(statSync(join(directory, "tmp")).mode & 0o7777, 0o1777);
});

test("the image's user is known by name and number", () => {
  assert.match(read("etc/passwd").toString(), /^worker:x:1000:1000:/m);
  assert.match(read("etc/passwd").toString(), /^root:x:0:0:/m);
});

test("the configuration agrees with the layer, and the manifest with the configuration", () => {
  const [manifest] = JSON.parse(read("manifest.json").toString()) as { Config: string; Layers: string[] }[];
  assert.ok(manifest !== undefined);
  assert.deepEqual(manifest.Layers, ["layer.tar"]);
  assert.equal(manifest.Config, `${digest(read(manifest.Config))}.json`);
  const configuration = JSON.parse(read(manifest.Config).toString()) as {
    config: { Cmd: string[]; User: string; Labels: Record<string, string> };
    rootfs: { diff_ids: string[] };
  };
  assert.deepEqual(configuration.rootfs.diff_ids, [`sha256:${digest(read("layer.tar"))}`]);
  assert.deepEqual(configuration.config.Cmd, image.command);
  assert.equal(configuration.config.User, "worker");
  assert.deepEqual(configuration.config.Labels, image.labels);
});

test("equal content makes equal archives", () => {
  assert.deepEqual(dockerArchive(image, programs, ["sh", "wget"]), readFileSync(archivePath));
});

test("a path that does not fit the format is refused", () => {
  const long = new Map([[`/usr/lib/${"a".repeat(100)}`, Buffer.alloc(1)]]);
  assert.throws(() => dockerArchive(image, long, []), RangeError);
});
