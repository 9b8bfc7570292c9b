import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import { copyNow } from "../copy-now.ts";
import { failureOf, keyOf, numbered } from "../known-state.ts";
import { startSide } from "../testbed.ts";

test("row 38: a source whose members disagree is refused, and nothing is written", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "disagreeing-"));
  const snapshots = [path.join(directory, "one.db"), path.join(directory, "other.db")] as const;
  try {
    await saveSnapshot(snapshots[0], "a value");
    await saveSnapshot(snapshots[1], "a VALUE");
    const source = await startSide({ size: 3, snapshots: [snapshots[0], snapshots[0], snapshots[1]] });
    const destination = await startSide({ size: 1 });
    try {
      const before = await destination.gateway.revision();

      const error = await failureOf(copyNow(source.target, destination.target, { range: prefixRange("/state/") }));

      assert.match(error.story, /different data|disagree/);
      assert.equal(await destination.gateway.revision(), before);
    } finally {
      await Promise.all([source.stop(), destination.stop()]);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

/** Of an etcd whose states differ in nothing but one value: as many revisions, the same keys. */
async function saveSnapshot(file: string, value: string): Promise<void> {
  const { cluster, gateway, stop } = await startSide({ size: 1 });
  try {
    await gateway.putAll(numbered(50));
    await gateway.put(keyOf("disputed"), Buffer.from(value));
    await cluster.etcdctl("snapshot", "save", file);
  } finally {
    await stop();
  }
}
