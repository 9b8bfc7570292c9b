import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCopyInputs } from "../../../migration/etcd-copy/check-copy-inputs.ts";
import type { CopyInputs } from "../../../migration/etcd-copy/copy-request.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const cluster = { namespace: "shop", etcdCluster: "db", clientSecret: "etcd-client-tls" };
const existing = { namespace: "shop", endpoints: ["https://old.example.com:2379"], clientSecret: "old-client" };
const inputs: CopyInputs = { source: existing, destination: cluster, prefix: "/inventory/", timeoutSeconds: 60 };

test("accepts an etcd of either kind on either side", () => {
  const plaintext = { namespace: "shop", endpoints: ["http://old:2379"] };
  const accepted: Partial<CopyInputs>[] = [
    {},
    { source: plaintext },
    { source: cluster, destination: existing },
    { source: { ...cluster, etcdCluster: "old" } },
    { prefix: "inventory:", leases: "copy-without" },
  ];
  for (const each of accepted) assert.deepEqual(checkCopyInputs({ ...inputs, ...each }), [], JSON.stringify(each));
});

const refused: [string, unknown, keyof CopyInputs, RegExp][] = [
  ["an empty prefix", { prefix: "" }, "prefix", /every key/],
  ["no prefix, from JavaScript", { prefix: undefined }, "prefix", /every key/],
  ["one etcd cluster twice", { source: { ...cluster, clientSecret: "other" } }, "destination", /is the source/],
  [
    "one URL on both sides, however it is written",
    { destination: { ...existing, endpoints: ["https://OLD.example.com/"] } },
    "destination",
    /is the source/,
  ],
  ["no endpoints", { source: { ...existing, endpoints: [] } }, "source", /no endpoints/],
  ["no source at all, from JavaScript", { source: undefined }, "source", /is missing/],
  ["no endpoints, from JavaScript", { source: { namespace: "shop" } }, "source", /no endpoints/],
  ["what is no URL", { source: { ...existing, endpoints: ["old:2379"] } }, "source", /"old:2379" is no URL/],
  ["both schemes", { source: { ...existing, endpoints: ["https://a", "http://b"] } }, "source", /mixes/],
  ["TLS without a Secret", { source: { namespace: "shop", endpoints: ["https://a"] } }, "source", /no clientSecret/],
  ["a cluster without a Secret", { destination: { ...cluster, clientSecret: "" } }, "destination", /no clientSecret/],
  ["a source without a namespace", { source: { ...existing, namespace: "" } }, "source", /no namespace/],
  ["no time", { timeoutSeconds: 0 }, "timeoutSeconds", /above 0/],
  ["another way with leases", { leases: "drop" }, "leases", /"drop".*"copy-without"/],
];
for (const [what, change, property, reason] of refused) {
  test(`refuses ${what}`, () => {
    const found = checkCopyInputs({ ...inputs, ...(change as Partial<CopyInputs>) });
    assert.deepEqual([found.length, found[0]?.property], [1, property]);
    assert.match(found[0]?.reason ?? "", reason);
  });
}

test("does not repeat a password in a URL", () => {
  const source = { ...existing, endpoints: ["https://user:hunter2@old"] };
  const text = JSON.stringify(checkCopyInputs({ ...inputs, source }));
  assert.match(text, /user or password/);
  assert.doesNotMatch(text, /hunter2/);
});

test("reports all that is wrong together", () => {
  const wrong = { ...inputs, prefix: "", source: { namespace: "", endpoints: [] }, timeoutSeconds: -1 };
  assert.deepEqual(
    checkCopyInputs(wrong).map(({ property }) => property),
    ["prefix", "source", "source", "timeoutSeconds"],
  );
});

test("lets pass, in a preview, what is not known yet", () => {
  const notYet = [
    { source: unknown, destination: unknown, prefix: unknown, timeoutSeconds: unknown, leases: unknown },
    { destination: { namespace: unknown, etcdCluster: unknown, clientSecret: unknown } },
    { source: { namespace: "shop", endpoints: unknown } },
    { source: { ...existing, endpoints: [unknown] }, destination: { ...existing, endpoints: [unknown] } },
  ];
  for (const each of notYet) {
    assert.deepEqual(checkCopyInputs({ ...inputs, ...each } as unknown as CopyInputs), [], JSON.stringify(each));
  }
});
