import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEtcd } from "../etcd-process.ts";
import type { Operation } from "./pulumi-stack.ts";

const run = promisify(execFile);

/** The path of the last snapshot, as a destroy prints it. */
export function savedSnapshot({ printed }: Pick<Operation, "printed">): string {
  const path = /saved before it is deleted: (\S+\.db)\./.exec(printed)?.[1];
  assert.ok(path, printed);
  return path;
}

/** What an etcd that was restored from the snapshot, as docs/uninstalling.md says, has in it: values in base64. */
export async function keysOfSnapshot(path: string): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "restored-"));
  const restored = join(folder, "restored");
  const env = { ...process.env, ETCDCTL_API: "3" };
  await run("etcdctl", ["snapshot", "restore", path, "--data-dir", restored], { env });
  const etcd = await startEtcd({ extraArguments: [`--data-dir=${restored}`] });
  try {
    const { kvs } = await etcd.client.getAll().exec();
    return new Map(kvs.map(({ key, value }) => [key.toString(), value.toString("base64")]));
  } finally {
    await etcd.stop();
    await rm(folder, { recursive: true });
  }
}
