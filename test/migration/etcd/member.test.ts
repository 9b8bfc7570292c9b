import assert from "node:assert/strict";
import { test } from "node:test";
import { EtcdCallError, EtcdPermissionError } from "../../../migration/etcd/errors.ts";
import { Member } from "../../../migration/etcd/member.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

const SNAPSHOT = "/etcdserverpb.Maintenance/Snapshot";

test("a stream that stands still has failed, however much has come before", async () => {
  const etcd = await startEtcd();
  // More than is on its way at a time.
  for (let index = 0; index < 24; index += 1) {
    await etcd.client.put(`/${index}`).value(Buffer.alloc(1024 * 1024, "x"));
  }
  const member = memberOf(etcd, 700);
  try {
    let pieces = 0;
    const reading = async () => {
      for await (const piece of member.stream(SNAPSHOT, Buffer.alloc(0))) {
        assert(piece.length > 0);
        pieces += 1;
        if (pieces === 1) process.kill(etcd.pid, "SIGSTOP");
      }
    };
    await assert.rejects(reading(), (error: Error) => {
      assert(error instanceof EtcdCallError, String(error));
      assert.match(error.message, /^etcd at https:.*: the call failed: no data within 700 ms\. See/);
      return true;
    });
    assert(pieces > 0);
  } finally {
    process.kill(etcd.pid, "SIGCONT");
    member.close();
    await etcd.stop();
  }
});

test("a stream logs in as every call does", async () => {
  const etcd = await startEtcd();
  const { auth } = etcd.client;
  await auth.userAdd({ name: "root", password: "root-password" });
  await auth.roleAdd({ name: "root" });
  await auth.userGrantRole({ user: "root", role: "root" });
  await auth.authEnable();
  try {
    for (const [password, isRight] of [
      ["root-password", true],
      ["another", false],
    ] as const) {
      const member = memberOf(etcd, 10_000, { username: "root", password });
      const reading = async () => {
        let bytes = 0;
        for await (const piece of member.stream(SNAPSHOT, Buffer.alloc(0))) bytes += piece.length;
        return bytes;
      };
      if (isRight) assert((await reading()) > 0);
      else await assert.rejects(reading(), EtcdPermissionError);
      member.close();
    }
  } finally {
    await etcd.stop();
  }
});

function memberOf({ target }: EtcdProcess, deadline: number, credentials?: { username: string; password: string }) {
  const [address] = target.addresses;
  assert(address);
  return new Member(address, { ...target, ...(credentials === undefined ? {} : { credentials }) }, deadline);
}
