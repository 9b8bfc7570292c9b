import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ClientSetExistsError, clientSetFiles, writeClientSet } from "../../../migration/cli/client-set.ts";
import { UsageError } from "../../../migration/cli/words/usage-error.ts";

const material = {
  certificateAuthority: Buffer.from("the CA's"),
  certificate: Buffer.from("the client's"),
  privateKey: Buffer.from("the key"),
};
const place = { namespace: "storage", etcdCluster: "trident-etcd" };

describe("a client set", () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), "client-set-"))));
  after(() => rm(folder, { recursive: true }));

  it("is a folder of its owner's alone, with the certificates, etcdctl's environment and how to use them", async () => {
    const directory = path.join(folder, "it's a set");
    await writeClientSet(directory, clientSetFiles({ ...place, directory }, material));
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    const names = ["README", "etcd-client-ca.crt", "etcd-client.crt", "etcd-client.key", "etcdctl.env"];
    assert.deepEqual((await readdir(directory)).sort(), names);
    for (const name of names) assert.equal((await stat(path.join(directory, name))).mode & 0o777, 0o600, name);
    assert.equal(await readFile(path.join(directory, "etcd-client.key"), "utf8"), "the key");
    const readMe = await readFile(path.join(directory, "README"), "utf8");
    assert.equal(readMe.trim().split("\n").length, 5);
    assert.match(readMe, /kubectl --namespace storage port-forward service\/trident-etcd-client 2379:2379/);
  });

  it("gives a shell the variables that etcdctl reads, whatever the folder is called", () => {
    const environment = path.join(folder, "it's a set", "etcdctl.env");
    const script =
      '. "$1"; cat "$ETCDCTL_CACERT" "$ETCDCTL_CERT" "$ETCDCTL_KEY"; echo " $ETCDCTL_API $ETCDCTL_ENDPOINTS"';
    const printed = execFileSync("/bin/sh", ["-c", script, "sh", environment], { encoding: "utf8" });
    assert.equal(printed, "the CA'sthe client'sthe key 3 https://localhost:2379\n");
  });

  it("overwrites nothing", async () => {
    for (const [name, make] of [
      ["it's a set", () => Promise.resolve()],
      ["a-file", (at: string) => writeFile(at, "somebody's")],
    ] as const) {
      const directory = path.join(folder, name);
      await make(directory);
      await assert.rejects(writeClientSet(directory, []), (error) => error instanceof ClientSetExistsError);
    }
    assert.equal(await readFile(path.join(folder, "a-file"), "utf8"), "somebody's");
  });

  it("is not half there when it could not be written", async () => {
    const directory = path.join(folder, "half");
    const twice = [
      { name: "one", content: "a" },
      { name: "one", content: "b" },
    ];
    await assert.rejects(writeClientSet(directory, twice), /EEXIST/);
    await assert.rejects(stat(directory), /ENOENT/);
  });

  it("needs a folder to be made in", async () => {
    const error = await writeClientSet(path.join(folder, "no", "where"), []).catch((raised: unknown) => raised);
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^--directory: .*no\/where can't be made/);
  });
});
