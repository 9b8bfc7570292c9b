import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { FileNotFetchedError } from "../../../../migration/snapshot/claim/claim-errors.ts";
import { claimFiles, parseListing, type ClaimFiles } from "../../../../migration/snapshot/claim/claim-files.ts";
import {
  failure,
  startFakeExecServer,
  success,
  type FakeCommand,
  type FakeExecServer,
} from "../../kubernetes/fake-exec-server.ts";

describe("the files of a claim", () => {
  let server: FakeExecServer;
  let folder: string;
  let onClaim: string;
  let files: ClaimFiles;
  let afterCommand: (program: string) => Promise<void>;
  before(async () => (server = await startFakeExecServer()));
  after(() => server.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "claim-files-"));
    onClaim = join(folder, "claim");
    await mkdir(join(onClaim, "member", "snap"), { recursive: true });
    afterCommand = () => Promise.resolve();
    server.serve = (command) => {
      runHere(command, onClaim, (program) => afterCommand(program));
    };
    const mounted = { namespace: "storage", pod: "reader", claim: "snapshots" };
    files = claimFiles(server.cluster, mounted);
  });

  afterEach(() => rm(folder, { recursive: true }));

  it("are listed with their sizes, whatever they are called", async () => {
    await writeFile(join(onClaim, "b  two spaces.db"), "12345");
    await writeFile(join(onClaim, "a.db"), "");
    await writeFile(join(onClaim, ".hidden"), "1");
    await symlink("a.db", join(onClaim, "link.db"));
    await writeFile(join(onClaim, "member", "snap", "db"), "123");
    assert.deepEqual(await files.list(), [
      { name: ".hidden", bytes: 1 },
      { name: "a.db", bytes: 0 },
      { name: "b  two spaces.db", bytes: 5 },
    ]);
    assert.deepEqual(await files.list("member/snap"), [{ name: "db", bytes: 3 }]);
    await assert.rejects(files.list("nothing"), /ended with exit code/);
  });

  it("are read as busybox's ls tells of them, too", () => {
    const text =
      "total 4\ndrwxr-sr-x    2 0  0   4096 Jan  1  1970 bin\n-rw-------    1 65534    65534       20512 Nov 30 15:03 a b.db\n";
    assert.deepEqual(parseListing(text), [{ name: "a b.db", bytes: 20512 }]);
  });

  it("a snapshot is fetched once the checksum at its end holds, for its owner alone", async () => {
    const content = snapshot(1024 * 1024);
    await writeFile(join(onClaim, "a.db"), content);
    const to = join(folder, "a.db");
    await writeFile(`${to}.partial`, "left by a run that was killed");
    assert.equal(await files.fetch("a.db", to), to);
    assert.ok(content.equals(await readFile(to)));
    assert.equal((await stat(to)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder)).sort(), ["a.db", "claim"]);
  });

  it("a damaged snapshot is not kept", async () => {
    const content = snapshot(4096);
    content[100] = 1;
    await writeFile(join(onClaim, "a.db"), content);
    await assert.rejects(files.fetch("a.db", join(folder, "a.db")), (error) => {
      assert.ok(error instanceof FileNotFetchedError);
      assert.match(error.message, /File a\.db of PersistentVolumeClaim snapshots was not fetched .*checksum/);
      return true;
    });
    assert.deepEqual(await readdir(folder), ["claim"]);
  });

  it("another file is compared with what the pod says of it", async () => {
    const database = join(onClaim, "member", "snap", "db");
    await writeFile(database, "a database");
    const to = join(folder, "db");
    await files.fetch("member/snap/db", to, "any");
    assert.equal(await readFile(to, "utf8"), "a database");
    await rm(to);
    afterCommand = (program) => (program === "cat" ? writeFile(database, "another") : Promise.resolve());
    await assert.rejects(files.fetch("member/snap/db", to, "any"), /its SHA-256 on the claim is another one/);
    assert.deepEqual(await readdir(folder), ["claim"]);
  });

  it("a file that is there already is not written over, one that is missing is named", async () => {
    await writeFile(join(onClaim, "a.db"), snapshot(512));
    await writeFile(join(folder, "a.db"), "somebody's");
    await assert.rejects(files.fetch("a.db", join(folder, "a.db")), /a file of that name is there already/);
    assert.equal(await readFile(join(folder, "a.db"), "utf8"), "somebody's");
    await assert.rejects(files.fetch("b.db", join(folder, "b.db")), /File b\.db .*No such file/);
  });

  it("nothing is read that is not on the claim", async () => {
    await assert.rejects(files.fetch("../etc/passwd", join(folder, "p"), "any"), /leads out of it/);
    await assert.rejects(files.list("member/../.."), /leads out of it/);
  });
});

/** Content of that many bytes, with its digest. */
function snapshot(bytes: number): Buffer {
  const content = Buffer.alloc(bytes, 7);
  return Buffer.concat([content, createHash("sha256").update(content).digest()]);
}

/** In place of a pod: the command itself, on a folder that stands for the claim. */
function runHere(command: FakeCommand, claim: string, afterwards: (program: string) => Promise<void>): void {
  const [program = "", ...rest] = command.url.searchParams.getAll("command");
  const words = rest.map((word) => (word.startsWith("/claim") ? `${claim}${word.slice("/claim".length)}` : word));
  const child = spawn(program, words);
  child.stdout.on("data", (piece: Buffer) => command.send(1, piece));
  child.stderr.on("data", (piece: Buffer) => command.send(2, piece));
  child.on("close", (code) => {
    void afterwards(program).then(() => {
      command.send(3, code === 0 ? success : failure(code ?? 1));
      command.close();
    });
  });
}
