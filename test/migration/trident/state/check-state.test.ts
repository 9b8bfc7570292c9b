import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import { confirmDifferences } from "../../../../migration/trident/state/confirm-differences.ts";
import { StateCheck, type StateFindings, type TridentNames } from "../../../../migration/trident/state/check-state.ts";
import { MemoryStore } from "../../copy/memory-store.ts";

const range = prefixRange("/trident/");
const state = {
  "/trident/store": "{}",
  "/trident/v1/backend/nas": '{"password":"a-backend-password"}',
  "/trident/v1/storageclass/gold": "{}",
  "/trident/v1/volume/a": '{"Config":{"storageClass":"gold"},"backend":"nas"}',
  "/trident/v1/volume/b": '{"Config":{"storageClass":""},"backend":"nas"}',
};
const listed = { backends: ["nas"], volumes: ["b", "a"], storageClasses: ["gold"] };

describe("the check of a state", () => {
  it("finds nothing wrong where each volume has its backend and storage class, and all is listed", async () => {
    const { withoutBackend, withoutClass, unlisted, unstored } = await check(state, listed);
    const all = [withoutBackend, withoutClass, unlisted, unstored];
    assert.ok(all.every(({ count }) => count === 0));
  });

  it("names volumes whose backend or storage class is missing, and nothing else of their values", async () => {
    const { withoutBackend, withoutClass } = await check({
      ...state,
      "/trident/v1/volume/c": '{"Config":{"storageClass":"silver","secret":"s3cret"},"backend":"missing"}',
      "/trident/v1/volume/d": "{}",
    });
    assert.deepEqual(withoutBackend.first, [
      { volume: "c", what: "backend", name: "missing" },
      { volume: "d", what: "backend", name: "" },
    ]);
    assert.deepEqual(withoutClass.first, [{ volume: "c", what: "storage class", name: "silver" }]);
  });

  it("looks at no value where none was read", async () => {
    const findings = await check({ "/trident/v1/volume/c": '{"backend":"missing"}' }, undefined, false);
    assert.deepEqual([findings.withoutBackend.count, findings.unlisted.count], [0, 0]);
  });

  it("tells what is in the etcd only from what is listed only", async () => {
    const { unlisted, unstored } = await check(state, { ...listed, backends: ["nas", "made"], volumes: ["a"] });
    assert.deepEqual(
      [...unlisted.first, ...unstored.first],
      [
        { kind: "volumes", name: "b" },
        { kind: "backends", name: "made" },
      ],
    );
  });

  it("remembers the first ten of however many", async () => {
    const many = Array.from({ length: 25 }, (_, number) => [`/trident/v1/volume/v${String(number + 10)}`, "{}"]);
    const { withoutBackend } = await check(Object.fromEntries(many) as Record<string, string>);
    assert.deepEqual([withoutBackend.count, withoutBackend.first.length], [25, 10]);
  });
});

describe("what differs between a Trident and its etcd", () => {
  const source = new MemoryStore("the embedded etcd", "1", state);

  it("is no difference once both were asked again and agree", async () => {
    const { unlisted, unstored } = await check(state, { ...listed, volumes: ["a", "c"] });
    const differs = { unlisted, unstored };
    assert.equal(await confirmDifferences(differs, source, range, () => Promise.resolve(listed)), undefined);
  });

  it("is one when it stays, and when nobody answers any more", async () => {
    const names = { ...listed, volumes: ["a", "c"] };
    const { unlisted, unstored } = await check(state, names);
    const differs = { unlisted, unstored };
    const still = await confirmDifferences(differs, source, range, () => Promise.resolve(names));
    assert.deepEqual(still?.unlisted.first, [{ kind: "volumes", name: "b" }]);
    assert.deepEqual(still.unstored.first, [{ kind: "volumes", name: "c" }]);
    const silent = await confirmDifferences(differs, source, range, () => Promise.resolve(undefined));
    assert.deepEqual(silent?.unstored.count, 1);
  });
});

async function check(
  entries: Readonly<Record<string, string>>,
  served?: TridentNames,
  hasValues = true,
): Promise<StateFindings> {
  const stateCheck = new StateCheck(range.from, served);
  const page = await new MemoryStore("the embedded etcd", "1", entries).range({ ...range });
  for (const entry of page.entries) stateCheck.add(entry, hasValues);
  return stateCheck.findings();
}
