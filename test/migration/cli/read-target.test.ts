import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { SideRequest } from "../../../migration/cli/words/parse-command.ts";
import { readTarget } from "../../../migration/cli/read-target.ts";
import { UsageError } from "../../../migration/cli/words/usage-error.ts";

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "read-target-"));
  await writeFile(join(directory, "ca"), "the CA");
  await writeFile(join(directory, "cert"), "the certificate");
  await writeFile(join(directory, "key"), "the key");
  await writeFile(join(directory, "password"), "hunter2\n");
  await writeFile(join(directory, "empty"), "");
  await mkdir(join(directory, "folder"));
});
after(async () => {
  await rm(directory, { recursive: true });
});

const URLS = { scheme: "https", addresses: [{ host: "a", port: 1 }], names: ["https://a:1"] } as const;

test("files become the target's material", () => {
  const client = { certificate: file("cert"), privateKey: file("key") };
  const target = readTarget(request({ tls: { certificateAuthority: file("ca"), client, serverName: "name" } }), {});
  assert.deepEqual(target, {
    addresses: [{ host: "a", port: 1 }],
    tls: {
      certificateAuthority: Buffer.from("the CA"),
      certificate: Buffer.from("the certificate"),
      privateKey: Buffer.from("the key"),
      serverName: "name",
    },
  });
});

test("a file that cannot be used is named with its flag, and nothing is left out in its place", () => {
  const refusal = (certificateAuthority: string, message: RegExp) => {
    refused(request({ tls: { certificateAuthority } }), {}, message);
  };
  refusal(file("missing"), /^--to-cacert: the file .*missing does not exist/);
  refusal(file("folder"), /^--to-cacert: the file .*folder is a directory/);
  refusal(file("empty"), /^--to-cacert: the file .*empty is empty/);
  const client = { certificate: file("cert"), privateKey: file("missing") };
  refused(request({ tls: { certificateAuthority: file("ca"), client } }), {}, /^--to-key: the file .*missing does not/);
});

test("the password comes from its file, without the newline at its end, else from the environment", () => {
  const environment = {
    TRIDENT_ETCD_TO_PASSWORD: "from the environment",
    TRIDENT_ETCD_FROM_PASSWORD: "of the other side",
  };
  const fromFile = readTarget(request({ user: "root", passwordFile: file("password") }), environment);
  assert.deepEqual(fromFile.credentials, { username: "root", password: "hunter2" });
  const fromEnvironment = readTarget(request({ user: "root" }), environment);
  assert.deepEqual(fromEnvironment.credentials, { username: "root", password: "from the environment" });
});

test("a user without a password is refused", () => {
  refused(request({ user: "root" }), {}, /--to-user needs a password.*--to-password-file.*TRIDENT_ETCD_TO_PASSWORD/);
  refused(request({ user: "root" }), { TRIDENT_ETCD_TO_PASSWORD: "" }, /is empty \(TRIDENT_ETCD_TO_PASSWORD\)/);
});

function file(name: string): string {
  return join(directory, name);
}

function request(changes: Partial<SideRequest>): SideRequest {
  return { side: "to", urls: URLS, ...changes };
}

function refused(side: SideRequest, environment: NodeJS.ProcessEnv, message: RegExp): void {
  assert.throws(
    () => readTarget(side, environment),
    (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    },
  );
}
