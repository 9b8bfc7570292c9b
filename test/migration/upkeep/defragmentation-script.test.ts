import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { defragmentationScript } from "../../../migration/upkeep/defragmentation-script.ts";
import { startCluster, type EtcdCluster } from "../../etcd-cluster.ts";

const run = promisify(execFile);
/** That of Debian's images of etcd, and that of the older ones, as far as this machine has them. */
const shells = [["/bin/sh"], ["/bin/busybox", "sh"]].filter(([path = ""]) => existsSync(path));
const mebibyte = 1024 ** 2;

describe("the script that defragments by schedule", () => {
  let cluster: EtcdCluster;
  let scratch: string;
  let log = "";

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "defragmentation-script-"));
    cluster = await startCluster();
  });
  after(async () => {
    await cluster.stop();
    await rm(scratch, { recursive: true });
  });

  async function scriptBy(shell: readonly string[], etcd = cluster): Promise<{ code: number; said: string }> {
    const report = join(scratch, "report");
    const text = defragmentationScript({ scratch, report, atLeastBytes: mebibyte });
    const [program = "", ...words] = [...shell, "-c", text];
    const env = {
      PATH: process.env.PATH,
      ETCDCTL_API: "3",
      ETCDCTL_ENDPOINTS: etcd.members.map(({ port }) => `https://127.0.0.1:${port}`).join(","),
      ETCDCTL_CACERT: etcd.authority.certificateFile,
      ETCDCTL_CERT: etcd.clientCertificate.certificateFile,
      ETCDCTL_KEY: etcd.clientCertificate.privateKeyFile,
    };
    const code = await run(program, words, { env }).then(
      ({ stderr }) => {
        log = stderr;
        return 0;
      },
      (error: unknown) => {
        ({ stderr: log } = error as { stderr: string });
        return (error as { code: number }).code;
      },
    );
    return { code, said: await readFile(report, "utf8") };
  }

  async function makeUnused(): Promise<void> {
    const value = "v".repeat(100_000);
    for (let count = 0; count < 30; count += 1) await cluster.etcdctl("put", "/filler", `${count}${value}`);
    const { revision } = (
      JSON.parse(await cluster.etcdctl("get", "/filler", "-w", "json")) as { header: { revision: number } }
    ).header;
    await cluster.etcdctl("compact", "--physical", String(revision));
    for (;;) {
      // Free pages are counted with the next write.
      await cluster.etcdctl("put", "/kept", "1");
      const status = await cluster.etcdctl("endpoint", "status", "-w", "json");
      const found = JSON.parse(status) as { Status: { dbSize: number; dbSizeInUse: number } }[];
      if (found.every(({ Status: { dbSize, dbSizeInUse } }) => dbSizeInUse < dbSize / 2)) return;
    }
  }

  for (const shell of shells) {
    it(`does each member for which it pays, the leader last, and none for which it does not, run by ${shell.join(" ")}`, async () => {
      await makeUnused();
      const { port } = await cluster.leader();
      assert.deepEqual(await scriptBy(shell), { code: 0, said: "3 of 3 members were defragmented\n" }, log);
      const done = log.split("\n").filter((line) => line.includes("of them unused"));
      assert.equal(done.length, 3);
      assert.ok(done[2]?.startsWith(`https://127.0.0.1:${port}:`), log);
      assert.equal(await cluster.etcdctl("get", "/kept", "--print-value-only"), "1\n");
      assert.deepEqual(await scriptBy(shell), { code: 0, said: "0 of 3 members were defragmented\n" }, log);
    });
  }

  it("does nothing while a member is missing", async () => {
    await makeUnused();
    const [first] = cluster.members;
    await first?.kill();
    const { code, said } = await scriptBy(["/bin/sh"]);
    assert.equal(code, 1);
    assert.match(said, /^nothing is defragmented while a member is missing: /);
    await first?.restart();
  });

  it("does nothing to a single member, which would answer nobody meanwhile", async () => {
    const single = await startCluster({ size: 1 });
    try {
      const { code, said } = await scriptBy(["/bin/sh"], single);
      assert.deepEqual([code, said.startsWith("an etcd of 1 members answers nobody")], [1, true]);
    } finally {
      await single.stop();
    }
  });
});
