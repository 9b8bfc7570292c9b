import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Maintenance } from "../../../migration/etcd/maintenance.ts";
import { compactHistory } from "../../../migration/upkeep/compact-history.ts";
import { defragmentMembers, DefragmentationError, hasCaughtUp } from "../../../migration/upkeep/defragment-members.ts";
import { pays, usualRule } from "../../../migration/upkeep/defragmentation-rule.ts";
import { databaseUses } from "../../../migration/upkeep/database-use.ts";
import { UpkeepRefusedError, type UpkeptEtcd } from "../../../migration/upkeep/upkept-etcd.ts";
import type { AskedMember } from "../../../migration/members/asked-member.ts";
import { startCluster, type EtcdCluster } from "../../etcd-cluster.ts";
import { membersInPods } from "../status/status-scene.ts";
import { upkeptProcesses } from "./upkept-process.ts";

const mebibyte = 1024 ** 2;

describe("a defragmentation", () => {
  for (const [bytes, unused, rule, does] of [
    [1_000, 600, usualRule, true],
    [1_000, 400, usualRule, false],
    [150, 90, usualRule, false],
    [10, 0, { ...usualRule, always: true }, true],
    [1_000, 100, { ...usualRule, atLeastFraction: 0.1 }, true],
    [10, 6, { ...usualRule, atLeastBytes: mebibyte }, true],
  ] as const) {
    it(`${does ? "pays" : "does not pay"} for ${unused} MiB unused of ${bytes} with ${JSON.stringify(rule)}`, () => {
      const [all, free] = [bytes * mebibyte, unused * mebibyte];
      const use = { pod: "a", bytes: all, bytesInUse: all - free, unusedBytes: free, quotaBytes: 2 ** 31 };
      assert.equal(pays(use, rule), does);
    });
  }

  it("goes from follower to follower to the leader, and waits for each", async () => {
    const { etcd, done, set } = inMemory();
    set({ leaderId: "2", database: { bytes: 100, bytesInUse: 10 } });
    const result = await defragmentMembers(etcd, { ...request(), rule: always });
    assert.deepEqual(done, ["trident-etcd-a", "trident-etcd-c", "trident-etcd-b"]);
    assert.deepEqual(
      result.map(({ afterBytes }) => afterBytes),
      [100, 100, 100],
    );
  });

  it("does nothing where it does not pay, or is only asked what it would do", async () => {
    const { etcd, done } = inMemory();
    assert.equal((await defragmentMembers(etcd, request())).length, 3);
    await defragmentMembers(etcd, { ...request(), rule: always, dryRun: true });
    assert.deepEqual(done, []);
  });

  it("is refused while another member is missing, and ends before the next one when one goes meanwhile", async () => {
    const ended: AskedMember = { kind: "ended", pod: "trident-etcd-c", reason: "Evicted" };
    const missing = inMemory();
    missing.members = [...missing.members.slice(0, 2), ended];
    await assert.rejects(defragmentMembers(missing.etcd, { ...request(), rule: always }), (error: unknown) => {
      return error instanceof UpkeepRefusedError && /2 of 3 serve .*Evicted/.test(error.message);
    });
    const goes = inMemory();
    const defragment = (): void => {
      goes.members = [...goes.members.slice(0, 2), ended];
    };
    await assert.rejects(
      defragmentMembers({ ...goes.etcd, at: goes.at(defragment) }, { ...request(), rule: always, timeoutSeconds: 0 }),
      (error: unknown) => error instanceof DefragmentationError && error.message.includes("2 of 3 serve"),
    );
    assert.equal(goes.done.length, 1);
  });

  it("is refused where nobody would be answered meanwhile, but for a single member on its user's word", async () => {
    for (const [size, rule, reason] of [
      [1, { ...always, always: false }, /single member answers nobody .* for about 1\.0 s.*add --always/],
      [2, always, /an etcd of 2 members answers nobody/],
    ] as const) {
      const { etcd, done, cut } = inMemory();
      cut(size);
      await assert.rejects(defragmentMembers(etcd, { ...request(), rule }), reason);
      assert.deepEqual(done, []);
    }
    const { etcd, done, cut } = inMemory();
    cut(1);
    const lines: string[] = [];
    await defragmentMembers(etcd, { ...request(), rule: always, report: (line) => lines.push(line) });
    assert.deepEqual(done, ["trident-etcd-a"]);
    assert.match(lines[0] ?? "", /answers nobody while .* for about 1\.0 s/);
  });

  it("is over for a member once it has what the others had", () => {
    const behind = membersInPods().map((each, index) =>
      each.kind === "answers" && index === 0 ? { ...each, view: { ...each.view, appliedIndex: 8n } } : each,
    );
    const of = { pod: "trident-etcd-a", count: 3, target: 9n };
    const look = hasCaughtUp(behind, of);
    assert.ok(!look.done && look.seen.includes("8 of 9"));
    assert.deepEqual(hasCaughtUp(membersInPods(), of), { done: true, value: 20_480 });
  });

  describe("of a real etcd", () => {
    let cluster: EtcdCluster;
    before(async () => {
      cluster = await startCluster();
    });
    after(() => cluster.stop());

    it("gives back what a compaction has freed, and loses no key", async () => {
      const value = "v".repeat(100_000);
      for (let count = 0; count < 40; count += 1) await cluster.etcdctl("put", "/filler", `${count}${value}`);
      await cluster.etcdctl("put", "/kept", "1");
      const etcd = upkeptProcesses(cluster);
      const compacted = await compactHistory(etcd, 5n);
      assert.equal(compacted.compactedTo, compacted.revision - 5n);
      // Members that were not asked for it compact a moment later, and count what is free with their next writes.
      await until(async () => {
        await cluster.etcdctl("put", "/kept", "1");
        const uses = databaseUses(await etcd.ask());
        return uses.every(({ unusedBytes, bytes }) => unusedBytes > bytes / 2);
      });
      const rule = { atLeastFraction: 0.5, atLeastBytes: mebibyte, always: false };
      const result = await defragmentMembers(etcd, { ...request(), rule });
      assert.deepEqual(
        result.map(({ before, afterBytes = Infinity }) => afterBytes < before.bytes / 2),
        [true, true, true],
      );
      assert.equal(await cluster.etcdctl("get", "/kept", "--print-value-only"), "1\n");
      assert.match(await cluster.etcdctl("get", "/filler", "--print-value-only"), /^39v/);
      // Nothing is left to give back.
      const again = await defragmentMembers(etcd, { ...request(), rule });
      assert.ok(again.every(({ afterBytes }) => afterBytes === undefined));
    });
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

const always = { atLeastFraction: 0, atLeastBytes: 0, always: true };

function request() {
  return { rule: usualRule, dryRun: false, report: () => undefined };
}

/** Three members that are well, and what is done to them. */
function inMemory() {
  const done: string[] = [];
  const scene = {
    members: membersInPods(),
    done,
    at:
      (defragment: () => void): UpkeptEtcd["at"] =>
      (pod, work) => {
        const member: Partial<Maintenance> = {
          defragment: () => {
            done.push(pod);
            defragment();
            return Promise.resolve();
          },
        };
        return work(member as Maintenance);
      },
    set: (view: Parameters<typeof membersInPods>[0]): void => {
      scene.members = membersInPods(view);
    },
    cut: (size: number): void => {
      const list = ["a", "b"].slice(0, size).map((name, index) => ({ id: String(index + 1), name }));
      scene.members = membersInPods({ members: list }).slice(0, size);
    },
  };
  const etcd: UpkeptEtcd = {
    ask: () => Promise.resolve(scene.members),
    at: scene.at(() => undefined),
    tryKey: () => Promise.resolve(),
  };
  return Object.assign(scene, { etcd });
}
