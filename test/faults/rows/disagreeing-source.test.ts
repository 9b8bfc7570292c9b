import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { MembersDisagreeError } from "../../../migration/copy/errors.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { ClusterMember } from "../../etcd-cluster.ts";
import { copyNow } from "../copy-now.ts";
import { failureOf, keyOf, numbered } from "../known-state.ts";
import { startSide, type Side } from "../testbed.ts";

/** Two states of as many revisions and the same keys, which differ in one value. */
const snapshots = { right: "", wrong: "" };
let directory: string;
let destination: Side;
before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "disagreeing-"));
  snapshots.right = path.join(directory, "right.db");
  snapshots.wrong = path.join(directory, "wrong.db");
  await saveSnapshot(snapshots.right, "a value");
  await saveSnapshot(snapshots.wrong, "a VALUE");
  destination = await startSide({ size: 1 });
});
after(async () => {
  await destination.stop();
  await rm(directory, { recursive: true, force: true });
});

test("row 38: a member whose data was altered while etcd was down is refused by name, and nothing is written", async () => {
  const { right, wrong } = snapshots;
  await withSource([right, right, right], async (source) => {
    const { members } = source.cluster;
    await source.gateway.put(keyOf("earlier"), Buffer.from("the same on all"));
    // All of them: a leader that goes on knows how far each member's log had come, and would notice the loss.
    await Promise.all(members.map((member) => member.kill()));
    await members[2]?.replaceData(wrong);
    await Promise.all(members.map((member) => member.restart()));
    // etcd goes on as if nothing were: what was written since the snapshot, and from here on, reaches all three.
    await source.gateway.put(keyOf("later"), Buffer.from("the same on all"));
    await untilAllHave(source, "/state/later", "the same on all");
    await refused(source);
  });
});

test("row 38: a cluster that began from snapshots of two states is refused, and nothing is written", async () => {
  const { right, wrong } = snapshots;
  await withSource([right, wrong, right], refused);
});

test("row 38: members that agree are copied, whatever they began from", async () => {
  const { right } = snapshots;
  await withSource([right, right, right], async (source) => {
    const copied = await copyNow(source.target, destination.target, { range: prefixRange("/state/") });
    assert.equal(copied.keys, 51);
    await destination.gateway.deleteEverything();
  });
});

async function refused(source: Side): Promise<void> {
  const values = await Promise.all(source.cluster.members.map((member) => valueAt(source, member, "/state/disputed")));
  assert.deepEqual([...new Set(values)].sort(), ["a VALUE", "a value"], "the members do not disagree");
  const before = await destination.gateway.revision();

  const error = await failureOf(copyNow(source.target, destination.target, { range: prefixRange("/state/") }));

  assert(error instanceof MembersDisagreeError, error.story);
  assert.match(error.message, /hold different data/);
  const named = source.target.addresses.flatMap(({ port }, index) =>
    error.message.includes(`:${port}`) ? [values[index]] : [],
  );
  assert.deepEqual(named.sort(), ["a VALUE", "a value"], `not one of each is named: ${error.message}`);
  assert.doesNotMatch(error.message, /a value/i);
  assert.equal(await destination.gateway.revision(), before);
}

async function withSource(from: readonly string[], act: (source: Side) => Promise<void>): Promise<void> {
  const source = await startSide({ size: 3, snapshots: from });
  try {
    await act(source);
  } finally {
    await source.stop();
  }
}

/** As this one member has it, whatever the others say. */
async function valueAt({ cluster }: Side, member: ClusterMember, key: string): Promise<string> {
  return (await cluster.etcdctlAt(member, "get", key, "--print-value-only", "--consistency=s")).trimEnd();
}

async function untilAllHave(source: Side, key: string, value: string): Promise<void> {
  for (const member of source.cluster.members) {
    while ((await valueAt(source, member, key)) !== value);
  }
}

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
