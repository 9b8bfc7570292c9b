import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import type { EtcdTarget } from "../../../migration/etcd/etcd-target.ts";
import { saveSnapshot } from "../../../migration/snapshot/save-snapshot.ts";
import { openNamedStore } from "../../../migration/connect/open-store.ts";
import { saveFinalSnapshot } from "../../../migration/destroy/final-snapshot.ts";
import type { FoundMembers, RunningMember } from "../../../migration/members/find-members.ts";
import { takeFromWholeMember } from "../../../migration/members/whole-member.ts";
import { startCluster, type ClusterMember, type EtcdCluster } from "../../etcd-cluster.ts";
import { startEtcd } from "../../etcd-process.ts";

const run = promisify(execFile);

describe("the last snapshot of real members", () => {
  let cluster: EtcdCluster;
  let directory: string;
  let first: ClusterMember;
  let second: ClusterMember;
  let third: ClusterMember;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "final-snapshot-"));
    cluster = await startCluster();
    for (const key of ["/app/a", "/app/b"]) await cluster.etcdctl("put", key, "1");
    // One that leads stays: no election is waited for.
    first = await cluster.leader();
    const [one, other] = cluster.members.filter((member) => member !== first);
    assert.ok(one && other);
    [second, third] = [one, other];
  });
  after(async () => {
    await cluster.stop();
    await rm(directory, { recursive: true });
  });

  it("is of the two that have a majority, although the third can't be asked", async () => {
    await third.kill();
    const path = await save({ running: [memberAt(cluster.target([first])), memberAt(cluster.target([third]))] });
    assert.ok((await keysIn(path)) >= 2);
  });

  it("is not of the one that is left without a majority as long as another one may be asked, and is once none can", async () => {
    await second.kill();
    const left = memberAt(cluster.target([first]));
    await assert.rejects(save({ running: [left, memberAt(cluster.target([second]))] }), {
      name: "FinalSnapshotRefusedError",
      message: /it answers, but may lack what others have/,
    });
    await assert.rejects(save({ running: [left], paused: ["pod third Running"] }), {
      name: "FinalSnapshotRefusedError",
    });
    const path = await save({ running: [left], over: ["pod second Failed", "pod third Failed"] });
    assert.ok((await keysIn(path)) >= 2);
  });

  it("is of that one all the same for whoever says that a minority will do, and who may have more is told", async () => {
    const running = [memberAt(cluster.target([first])), memberAt(cluster.target([second]))];
    const taken = await takeFromWholeMember(
      { running, paused: [], over: [] },
      {
        fromMinority: true,
        take: ({ store }) =>
          saveSnapshot({ content: store.snapshot(), directory, namespace: "storage", at: new Date() }),
        endsAll: () => false,
      },
    );
    assert.ok(taken.kind === "taken");
    assert.ok((await keysIn(taken.result)) >= 2);
    assert.equal(taken.member.keys, undefined);
    const [other = "", ...more] = taken.member.mayLack;
    assert.deepEqual(more, []);
    assert.match(other, /^member \d+: /);
  });

  it("is of one that takes no more writes, because its database has reached its quota", async () => {
    const etcd = await startEtcd({ extraArguments: ["--quota-backend-bytes=1000000"] });
    try {
      const value = Buffer.alloc(100_000, "x");
      const fill = async (): Promise<void> => {
        // The quota is held against what has been written to disk, which etcd does now and then.
        for (let each = 0; each < 1000; each += 1) await etcd.client.put(`/app/${each}`).value(value);
      };
      await assert.rejects(fill, /database space exceeded/);
      const path = await save({ running: [memberAt(etcd.target)] });
      assert.ok((await keysIn(path)) >= 5);
    } finally {
      await etcd.stop();
    }
  });

  function memberAt(target: EtcdTarget): RunningMember {
    const name = String(target.addresses[0]?.port);
    const way = { lastFailure: () => undefined, close: () => Promise.resolve() };
    return {
      name,
      open: () =>
        Promise.resolve(openNamedStore(`member ${name}`, connectEtcd(target, { callDeadlineMilliseconds: 2000 }), way)),
    };
  }

  /** Answers the snapshot's path; nothing else is in the folder. */
  async function save({ running = [], paused = [], over = [] }: Partial<FoundMembers>): Promise<string> {
    const place = { namespace: "storage", etcdCluster: "db", snapshotDirectory: directory };
    let path = "";
    const environment = {
      etcd: place,
      patience: { seconds: 0, pauseMilliseconds: 0 },
      findMembers: () => Promise.resolve({ running, paused, over }),
      save: async (content: AsyncIterable<Buffer>) => {
        path = await saveSnapshot({ content, directory, namespace: "storage", at: new Date() });
        return path;
      },
    };
    await saveFinalSnapshot(environment, () => undefined);
    assert.deepEqual(
      (await readdir(directory)).filter((name) => !name.endsWith(".db")),
      [],
    );
    return path;
  }

  async function keysIn(path: string): Promise<number> {
    const env = { ...process.env, ETCDCTL_API: "3" };
    const { stdout } = await run("etcdctl", ["snapshot", "status", path, "-w", "json"], { env });
    return (JSON.parse(stdout) as { totalKey: number }).totalKey;
  }
});
