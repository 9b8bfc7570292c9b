import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { ClusterMember } from "../../etcd-cluster.ts";
import { PeerNetwork } from "../../peer-network.ts";
import { copyNow, type CopyNow } from "../copy-now.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let network: PeerNetwork;
let pair: SidePair;
before(async () => {
  network = new PeerNetwork();
  // Without it the member would, once healed, force an election on the others.
  pair = await startPair({ source: { size: 3, peerProxy: network.proxy, extraArguments: ["--pre-vote"] } });
});
after(async () => {
  await pair.stop();
  await network.close();
});

test("row 3: a member cut off from the others lags behind: another one is asked, and nothing is missing", async () => {
  const state = await KnownState.begin(pair, numbered(300));
  const lagging = await cutOffFollower();
  await writeMore(state);
  assert(await lags(lagging), "it does not lag");

  const copied = await copyFrom(state, [lagging, ...othersThan(lagging)]);

  assert(await lags(lagging), "it no longer lags");
  assert.equal(copied.keys, 500);
  // The checker asks any member.
  network.heal();
  await state.expectTrue(copied);
});

test("row 3: when only the lagging member is asked the copy ends in a clear error, and nothing is written", async () => {
  const state = await KnownState.begin(pair, numbered(300));
  const lagging = await cutOffFollower();
  await writeMore(state);
  assert(await lags(lagging), "it does not lag");
  const before = await pair.destination.gateway.revision();

  const error = await failureOf(copyFrom(state, [lagging], { retryForMilliseconds: 3_000 }));

  assert.match(error.story, /EtcdDeadlineError: .*has a leader|EtcdNotServingError: .*Check that most members are up/);
  assert.equal(await pair.destination.gateway.revision(), before);
  network.heal();
  await state.expectHarmless();
  const copied = await copyFrom(state, [lagging]);
  assert.equal(copied.keys, 500);
  await state.expectTrue(copied);
});

test("row 3: a member that is cut off in the midst of the copy is left for another one", async () => {
  const state = await KnownState.begin(pair, numbered(3_000));
  const lagging = await follower();
  const [proxy] = addressesOf([lagging]);
  let cutting: Promise<void> | undefined;
  const cut = async (): Promise<void> => {
    network.cutOff(await peerOf(lagging));
    await writeMore(state);
    proxy?.heal();
  };
  proxy?.when({ bytesToClient: 300_000 }, () => {
    cutting ??= cut();
  });
  proxy?.arm({ kind: "stall", after: { bytesToClient: 300_000 } });

  const copied = await copyFrom(state, [lagging, ...othersThan(lagging)]);

  assert(cutting !== undefined, "it was not cut off");
  await cutting;
  network.heal();
  await state.expectTrue(copied);
});

async function copyFrom(state: KnownState, members: readonly ClusterMember[], options: Partial<CopyNow> = {}) {
  await state.markStart();
  const source = pair.source.cluster.target(addressesOf(members));
  const range = prefixRange(state.prefix);
  return copyNow(source, pair.destination.target, { range, callDeadlineMilliseconds: 2_000, ...options });
}

function addressesOf(members: readonly ClusterMember[]) {
  const all = pair.source.cluster.members;
  return members.flatMap((member) => pair.source.proxies[all.indexOf(member)] ?? []);
}

/** Not the first member: that one is the tests' own way to the cluster. */
async function follower(): Promise<ClusterMember> {
  const leader = await pair.source.cluster.leader();
  const member = pair.source.cluster.members.slice(1).find((each) => each !== leader);
  assert(member);
  return member;
}

async function cutOffFollower(): Promise<ClusterMember> {
  const member = await follower();
  network.cutOff(await peerOf(member));
  return member;
}

function othersThan(member: ClusterMember): ClusterMember[] {
  return pair.source.cluster.members.filter((each) => each !== member);
}

async function peerOf(member: ClusterMember): Promise<{ id: string; peerUrl: string }> {
  const lines = (await pair.source.cluster.etcdctl("member", "list", "-w", "simple")).trim().split("\n");
  const fields = lines.map((line) => line.split(", "));
  const found = fields.find(([, , , , clientUrl]) => clientUrl?.endsWith(`:${member.port}`));
  return { id: found?.[0] ?? "", peerUrl: found?.[3] ?? "" };
}

async function writeMore(state: KnownState): Promise<void> {
  const more = numbered(200).map(({ value }, index) => ({ key: keyOf(`zz-${String(index).padStart(3, "0")}`), value }));
  await state.putAllInSource(more);
}

/** Whether what it has itself, asked nobody, is older than what the cluster has. */
async function lags(member: ClusterMember): Promise<boolean> {
  const answer = await pair.source.cluster.etcdctlAt(member, "get", "x", "--consistency=s", "-w", "json");
  const { header } = JSON.parse(answer) as { header: { revision: number } };
  return BigInt(header.revision) < (await pair.source.gateway.revision());
}
