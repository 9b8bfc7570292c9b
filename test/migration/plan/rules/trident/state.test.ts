import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { keyPrefix } from "../../../../../migration/copy/store/key-range.ts";
import { etcdQuotaBytes, checkState, type StateFacts } from "../../../../../migration/plan/rules/trident/state.ts";
import type { StateSummary } from "../../../../../migration/plan/read/state/summarize-state.ts";
import { legacyTrident } from "../../../trident/legacy/legacy-deployment.ts";
import { told } from "../told.ts";

const none = { count: 0, first: [] };
const summary: StateSummary = {
  revision: 9n,
  keys: 5,
  counts: { backends: 1, volumes: 2, storageClasses: 1, nodes: 0, transactions: 0, other: 1 },
  transactions: { count: 0, first: [] },
  leased: { count: 0, first: [] },
  bytes: 1000,
  findings: { withoutBackend: none, withoutClass: none, unlisted: none, unstored: none },
};
const facts: StateFacts = {
  legacy: legacyTrident(),
  prefix: keyPrefix("/trident/"),
  summary,
  source: { description: "the embedded etcd", clusterId: "1", databaseBytes: 0 },
  destination: { description: "the etcd cluster trident-etcd", clusterId: "2", databaseBytes: 0 },
  etcdv2Nodes: 0,
};
const gibibyte = 1024 ** 3;
const foreign = {
  keys: 3,
  equal: 1,
  stale: 0,
  foreign: { count: 2, first: ["/trident/v1/volume/x", "/trident/v1/volume/y"] },
};

describe("the state", () => {
  it("that can be moved has neither blocker nor risk", () => {
    assert.deepEqual(check(facts), { blockers: [], risks: [] });
  });

  const blocked: [what: string, change: Partial<StateFacts>, kind: string, message: RegExp, remedy: RegExp][] = [
    ["is empty", { summary: { ...summary, keys: 0 } }, "emptySource", /no key under \/trident\//, /migrate false/],
    [
      "is still in etcd's v2 store",
      { summary: { ...summary, keys: 0 }, etcdv2Nodes: 12 },
      "etcdv2State",
      /12 nodes there in its v2 store: Trident 18\.01 or later, .*never ran/,
      /Upgrade the old installation to Trident 18\.01/,
    ],
    [
      "has open transactions",
      { summary: { ...summary, transactions: { count: 11, first: ["/trident/v1/txn/a"] } } },
      "openTransactions",
      /11 open transactions: \/trident\/v1\/txn\/a and 10 more\..*destroys that volume/,
      /kubectl --namespace trident rollout restart deployment trident/,
    ],
    [
      "has keys with leases",
      { summary: { ...summary, leased: { count: 1, first: ["/trident/v1/volume/a"] } } },
      "leasedKeys",
      /1 of the old Trident's keys has a lease.*\/trident\/v1\/volume\/a/,
      /stop what holds the leases/,
    ],
    [
      "meets foreign keys",
      { summary: { ...summary, destination: foreign } },
      "foreignKeys",
      /trident-etcd, 2 keys under \/trident\/ .*\/trident\/v1\/volume\/x, \/trident\/v1\/volume\/y\. Nothing of that is overwritten/,
      /etcdctl del/,
    ],
    [
      "has no room",
      { summary: { ...summary, bytes: etcdQuotaBytes } },
      "noRoom",
      /The state is 2\.0 GiB, and the new etcd takes 2\.0 GiB/,
      /remove what nobody needs/,
    ],
    [
      "finds the room taken by what the destination holds",
      { summary: { ...summary, bytes: gibibyte }, destination: destinationOf(1.5 * gibibyte) },
      "noRoom",
      /The state is 1\.0 GiB, and the new etcd takes 2\.0 GiB, of which 1\.5 GiB are in use: there is no room for it/,
      /remove what nobody needs.*etcdctl compaction/,
    ],
    [
      "is still to be copied for the larger part, and finds no room",
      { summary: surveyWithCopied(1.5 * gibibyte, 0.25 * gibibyte), destination: destinationOf(gibibyte) },
      "noRoom",
      /Of the state, 1\.3 GiB are still to be copied, and the new etcd takes 2\.0 GiB, of which 1\.0 GiB are in use/,
      /etcdctl compaction/,
    ],
    [
      "is the destination's own",
      { destination: { description: "the etcd cluster trident-etcd", clusterId: "1", databaseBytes: 0 } },
      "sameCluster",
      /are the same etcd cluster \(id 1\)/,
      /config set namespace NAME`, .*config set migrate false`/,
    ],
  ];
  for (const [what, change, kind, message, remedy] of blocked) {
    it(`that ${what} blocks, with the way out`, () => {
      const { blockers } = check({ ...facts, ...change });
      assert.deepEqual(
        blockers.map((blocker) => blocker.kind),
        [kind],
      );
      assert.match(inSettings(blockers[0]?.message ?? ""), message);
      assert.match(inSettings(blockers[0]?.remedy ?? ""), remedy);
    });
  }

  it("has all of its blockers told together", () => {
    const { blockers } = check({
      ...facts,
      summary: {
        ...summary,
        transactions: { count: 1, first: ["t"] },
        leased: { count: 1, first: ["l"] },
        destination: foreign,
      },
    });
    assert.equal(blockers.length, 3);
  });

  it("that meets an older copy of its own is no blocker, but a risk that is told", () => {
    const own = { keys: 3, equal: 1, stale: 2, foreign: { count: 0, first: [] } };
    const { blockers, risks } = check({ ...facts, summary: { ...summary, destination: own } });
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /2 outdated keys of an interrupted copy/);
  });

  it("is not counted twice where a part of it has been copied already", () => {
    const copied = {
      summary: surveyWithCopied(1.5 * gibibyte, 1.4 * gibibyte),
      destination: destinationOf(1.5 * gibibyte),
    };
    assert.deepEqual(check({ ...facts, ...copied }), { blockers: [], risks: [] });
    const all = { summary: surveyWithCopied(1.5 * gibibyte, 1.5 * gibibyte), destination: destinationOf(2 * gibibyte) };
    assert.deepEqual(check({ ...facts, ...all }), { blockers: [], risks: [] });
  });

  it("that was not read is estimated by what the old etcd's database takes", () => {
    const { bytes, ...unread } = summary;
    assert.equal(bytes, 1000);
    const large = { ...facts.source, databaseBytes: 1.5 * gibibyte };
    const risksWith = (destination: StateFacts["destination"]) =>
      check({ ...facts, summary: unread, source: large, destination }).risks.join("\n");
    assert.match(
      risksWith(destinationOf(gibibyte)),
      /old etcd's database is 1\.5 GiB, .*1\.0 GiB are in use.*may not fit/,
    );
    assert.doesNotMatch(risksWith(destinationOf(0)), /may not fit/);
    assert.doesNotMatch(risksWith(undefined), /may not fit/);
  });

  it("that is too large for an etcd as it usually is, is a risk with one whose quota is not known", () => {
    const large = { ...summary, bytes: 3 * gibibyte };
    assert.deepEqual(
      check({ ...facts, summary: large }).blockers.map(({ kind }) => kind),
      ["noRoom"],
    );
    const { blockers, risks } = check({ ...facts, summary: large, isQuotaUnknown: true });
    assert.deepEqual(blockers, []);
    assert.match(risks.join(), /3\.0 GiB, and the new etcd takes as a rule 2\.0 GiB.*may not fit/);
  });

  it("that may not fit, or was not read, is a risk", () => {
    const large = { ...summary, bytes: etcdQuotaBytes / 2 };
    assert.match(check({ ...facts, summary: large }).risks.join("\n"), /1\.0 GiB.*may not fit/);
    const { bytes, ...unread } = summary;
    assert.equal(bytes, 1000);
    assert.match(check({ ...facts, summary: unread }).risks.join("\n"), /only keys were looked at/);
  });
});

function destinationOf(databaseBytes: number): StateFacts["destination"] {
  return { description: "the etcd cluster trident-etcd", clusterId: "2", databaseBytes };
}

function surveyWithCopied(bytes: number, equalBytes: number): StateSummary {
  const destination = { keys: 3, equal: 3, equalBytes, stale: 0, foreign: { count: 0, first: [] } };
  return { ...summary, bytes, destination };
}

function check(about: StateFacts) {
  return told(checkState(about), "state");
}
