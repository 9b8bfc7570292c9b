import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { supersededSnapshots } from "../../../../migration/snapshot/retention.ts";
import { readRunReport } from "../../../../migration/snapshot/schedule/run-report.ts";
import { snapshotScript } from "../../../../migration/snapshot/schedule/snapshot-script.ts";
import { parseSnapshotName, snapshotName } from "../../../../migration/snapshot/snapshot-name.ts";

const hour = 3600_000;
/** That of Debian's images of etcd, and that of the older ones, as far as this machine has them. */
const shells = [["/bin/sh"], ["/bin/busybox", "sh"]].filter(([path = ""]) => existsSync(path));

for (const shell of shells) {
  describe(`the script that saves a snapshot, run by ${shell.join(" ")}`, () => {
    let folder: string;
    let claim: string;
    let now: number;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "snapshot-script-"));
      claim = join(folder, "claim");
      now = Date.now();
      for (const name of ["claim", "bin", "scratch"]) await mkdir(join(folder, name));
      await writeFile(join(folder, "content"), content());
      await etcdctlThat("");
    });
    afterEach(() => rm(folder, { recursive: true }));

    /** In place of etcdctl; each of its commands is in $*, `snapshot save` gets the content. */
    async function etcdctlThat(does: string): Promise<void> {
      const text = `#!/bin/sh
case "$*" in *"snapshot save"*) for file; do :; done ;; esac
${does}
case "$*" in
  *"member list"*)
    echo "1a, started, m0, https://m0:2380, https://m0:2379, false"
    echo "2b, unstarted, , https://m1:2380, , false"
    echo "3c, started, m2, https://m2:2380, https://m2:2379, false" ;;
  *" get "*) ;;
  *"snapshot save"*) cp ${folder}/content "$file"; echo "$ETCDCTL_ENDPOINTS" >${folder}/saved-from ;;
  *"snapshot status"*) echo '{"hash":2041,"revision":77,"totalKey":12,"totalSize":4096}' ;;
  *) echo "unknown: $*" >&2; exit 9 ;;
esac
`;
      await writeFile(join(folder, "bin", "etcdctl"), text);
      await chmod(join(folder, "bin", "etcdctl"), 0o755);
    }

    function start(keep = 14, keepDays = 30): ChildProcess {
      const request = { namespace: "storage", keep, keepDays, folder: claim, deadlineSeconds: 600 };
      const text = snapshotScript({ ...request, scratch: join(folder, "scratch"), report: join(folder, "report") });
      const [program = "", ...words] = [...shell, "-c", text];
      return spawn(program, words, {
        detached: true,
        env: { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` },
      });
    }

    /** @returns the exit code, and the last words as they are understood */
    async function run(keep?: number, keepDays?: number) {
      const [code] = (await once(start(keep, keepDays), "close")) as [number];
      return { code, report: readRunReport(await readFile(join(folder, "report"), "utf8")) };
    }

    async function write(...names: readonly string[]): Promise<void> {
      for (const name of names) await writeFile(join(claim, name), "as it was");
    }

    function ago(hours: number): string {
      return snapshotName("storage", new Date(now - hours * hour));
    }

    const onClaim = async (): Promise<string[]> => (await readdir(claim)).sort();

    it("gives it the name by which snapshots are known, for its owner alone, and tells what it is", async () => {
      const { code, report } = await run();
      assert.equal(code, 0);
      const [name = "", another] = await onClaim();
      assert.equal(another, undefined);
      const named = parseSnapshotName(name);
      assert.ok(named !== undefined && Math.abs(Date.now() - named.savedAt.getTime()) < hour);
      assert.deepEqual([named.namespace, named.isPartial], ["storage", false]);
      assert.ok((await readFile(join(claim, name))).equals(content()));
      assert.equal((await stat(join(claim, name))).mode & 0o777, 0o600);
      const saved = { file: name, savedAt: named.savedAt, revision: "77", keys: 12, bytes: 4096 + 32, hash: 2041 };
      assert.deepEqual(report, { outcome: "saved", ...saved });
    });

    it("takes it from a member that has a majority behind it, and from no other", async () => {
      await etcdctlThat(`case "$ETCDCTL_ENDPOINTS $*" in
        "https://m0:2379"*" get "*) echo "context deadline exceeded" >&2; exit 1 ;; esac`);
      assert.equal((await run()).code, 0);
      assert.equal(await readFile(join(folder, "saved-from"), "utf8"), "https://m2:2379\n");
      await etcdctlThat('case "$*" in *" get "*) echo "context deadline exceeded" >&2; exit 1 ;; esac');
      const { code, report } = await run();
      assert.equal(code, 1);
      const reason = "no member of the etcd gave a snapshot: member m2: context deadline exceeded";
      assert.deepEqual(report, { outcome: "failed", reason });
      assert.equal((await onClaim()).length, 1);
    });

    it("says that nobody answers", async () => {
      await etcdctlThat('echo "{\\"msg\\":\\"no \\\\\\"such\\\\\\" host\\"}" >&2; exit 1');
      const { code, report } = await run();
      assert.equal(code, 1);
      assert.ok(
        report?.outcome === "failed" && report.reason.startsWith("no member of the etcd answers: {msg:no such host}"),
      );
    });

    it("leaves nothing when the disk is full, but what was there", async () => {
      await write(ago(1));
      await etcdctlThat(`case "$*" in *"snapshot save"*)
        echo half >"$file.part"; echo "write: no space left on device" >&2; exit 1 ;; esac`);
      const before = await onClaim();
      const { code, report } = await run();
      assert.equal(code, 1);
      assert.ok(report?.outcome === "failed" && report.reason.endsWith("write: no space left on device"));
      assert.deepEqual(await onClaim(), before);
    });

    for (const [what, damaged] of [
      ["a bit of which is another one", (whole: Buffer) => Buffer.concat([Buffer.from([1]), whole.subarray(1)])],
      ["the end of which is missing", (whole: Buffer) => whole.subarray(0, 3000)],
      ["that is empty", () => Buffer.alloc(0)],
    ] as const) {
      it(`keeps no snapshot ${what}`, async () => {
        await writeFile(join(folder, "content"), damaged(content()));
        const { code, report } = await run();
        assert.equal(code, 1);
        assert.ok(report?.outcome === "failed" && report.reason.startsWith("what was saved can't be restored: "));
        assert.deepEqual(await onClaim(), []);
      });
    }

    it("keeps no snapshot that etcdctl does not take", async () => {
      await etcdctlThat('case "$*" in *"snapshot status"*) echo "integrity check failed" >&2; exit 1 ;; esac');
      const { report } = await run();
      const reason = "what was saved can't be restored: integrity check failed";
      assert.deepEqual(report, { outcome: "failed", reason });
      assert.deepEqual(await onClaim(), []);
    });

    it("leaves nothing when it is told to end, and a partial name when it is killed, which a later run removes", async () => {
      await etcdctlThat('case "$*" in *"snapshot save"*) echo half >"$file.part"; exec sleep 600 ;; esac');
      const saving = async (): Promise<ChildProcess> => {
        const child = start();
        while ((await onClaim()).length === 0) await sleep(20);
        return child;
      };
      const told = await saving();
      told.kill("SIGTERM");
      assert.deepEqual(await once(told, "close"), [1, null]);
      assert.match(
        await readFile(join(folder, "report"), "utf8"),
        /^{"error":"it was ended before the snapshot was whole/,
      );
      assert.deepEqual(await onClaim(), []);

      const killed = await saving();
      killed.kill("SIGKILL");
      await once(killed, "exit");
      const [left = "", another] = await onClaim();
      assert.equal(another, undefined);
      assert.match(left, /\.db\.partial\.part$/);
      await etcdctlThat("");
      assert.equal((await run()).code, 0);
      assert.equal((await onClaim()).length, 2, "it may be another run's, which is under way");
      await write(`${ago(1)}.partial`, `${ago(2)}.partial.part`, `${ago(0.1)}.partial`);
      await run();
      const partial = (await onClaim()).filter((name) => !name.endsWith(".db"));
      assert.equal(partial.length, 2);
      // As the kernel does with all that is in a container.
      process.kill(-(killed.pid ?? 0), "SIGKILL");
    });

    it("keeps as many as are wanted and what is not old enough, and never touches another's", async () => {
      const foreign = [
        "trident-etcd-other-2001-01-01T000000Z.db",
        "trident-etcd-storage-2001-01-01.db",
        "trident-etcd-storage-2001-01-01T000000Z.db.gz",
        "trident-etcd-storage-x-2001-01-01T000000Z.db",
        "by-hand.db",
      ];
      const own = [...[1, 20, 30, 50, 100].map(ago), "trident-etcd-storage-2001-01-01T000000Z.db"];
      await write(...foreign, ...own);
      const { report } = await run(2, 1);
      assert.ok(report?.outcome === "saved");
      assert.deepEqual(await onClaim(), [...foreign, report.file, ago(1), ago(20)].sort());
    });

    it("keeps what the rule for folders keeps", async () => {
      const hours = [1, 5, 23, 25, 26, 47, 49, 71, 73, 100, 500];
      for (const [keep, keepDays] of [
        [1, 0],
        [3, 0],
        [1, 2],
        [8, 1],
        [20, 0],
      ] as const) {
        const names = hours.map(ago);
        await write(...names);
        const { report } = await run(keep, keepDays);
        assert.ok(report?.outcome === "saved");
        const aged = [report.file, ...names].map((name) => ({
          name,
          isUsable: true,
          savedAt: parseSnapshotName(name)?.savedAt ?? new Date(0),
        }));
        const going = supersededSnapshots(aged, { keep, keepDays }, new Date()).map(({ name }) => name);
        assert.deepEqual(
          await onClaim(),
          aged
            .map(({ name }) => name)
            .filter((name) => !going.includes(name))
            .sort(),
        );
        for (const name of await onClaim()) await rm(join(claim, name));
      }
    });

    it("makes room before it saves: else a full disk stayed full", async () => {
      await write(ago(100), ago(200), ago(300));
      await etcdctlThat('case "$*" in *"snapshot save"*) echo "no space left on device" >&2; exit 1 ;; esac');
      await run(1, 0);
      assert.deepEqual(await onClaim(), [ago(100)]);
    });

    it("keeps what it has just saved when the clock went back, and the newest by name", async () => {
      const ahead = [-10, -20, -30].map(ago);
      await write(...ahead);
      const { report } = await run(1, 0);
      assert.ok(report?.outcome === "saved");
      assert.ok((await onClaim()).includes(report.file));
      assert.ok((await onClaim()).includes(ago(-30)));
    });

    it("does not write over a snapshot of the same second", async () => {
      const [first, second] = [await run(), await run()];
      assert.ok(first.report?.outcome === "saved" && second.report?.outcome === "saved");
      assert.notEqual(first.report.file, second.report.file);
      assert.equal((await onClaim()).length, 2);
    });

    it("says who can't write to the claim", async () => {
      await rm(claim, { recursive: true });
      const { code, report } = await run();
      assert.equal(code, 1);
      assert.ok(report?.outcome === "failed");
      assert.match(report.reason, /^the claim can't be written to by user \d+, group \d+$/);
      await mkdir(claim);
    });
  });
}

/** As much of a snapshot as the script looks at. */
function content(): Buffer {
  const pages = Buffer.alloc(4096, 7);
  return Buffer.concat([pages, createHash("sha256").update(pages).digest()]);
}
