import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { legacyTridentState } from "../../../sandbox/legacy-trident/legacy-trident-state.ts";

const backendPassword = "a-password-for-this-test";

describe("legacyTridentState", () => {
  const state = legacyTridentState({ volumes: 500, backendPassword });
  const values = new Map(state.entries.map(({ key, value }) => [key, JSON.parse(value) as Record<string, unknown>]));

  it("has as many volumes as asked for, each under its own name, and one key a name besides the store's", () => {
    assert.equal(new Set(state.names.volumes).size, 500);
    const { backends, volumes, storageClasses } = state.names;
    assert.deepEqual(
      [...values.keys()].sort(),
      [
        "/trident/store",
        ...backends.map((name) => `/trident/v1/backend/${name}`),
        ...storageClasses.map((name) => `/trident/v1/storageclass/${name}`),
        ...volumes.map((name) => `/trident/v1/volume/${name}`),
      ].sort(),
    );
    assert.equal(values.size, state.entries.length);
  });

  it("says the version of the store as a Trident that has run since 18.01 does", () => {
    assert.deepEqual(values.get("/trident/store"), { store_version: "etcdv3", orchestrator_api_version: "1" });
  });

  it("puts every volume on a backend and into a storage class that exist, and every backend to use", () => {
    const used = new Set<unknown>();
    for (const name of state.names.volumes) {
      const volume = values.get(`/trident/v1/volume/${name}`);
      const config = volume?.Config as Record<string, unknown>;
      used.add(volume?.backend);
      assert.equal(config.name, name);
      assert.ok(state.names.storageClasses.includes(config.storageClass as string));
    }
    assert.deepEqual([...used].sort(), state.names.backends);
  });

  it("has the password in plain text in backends alone, as Trident has", () => {
    const holders = state.entries.filter(({ value }) => value.includes(backendPassword)).map(({ key }) => key);
    assert.deepEqual(holders, [
      "/trident/v1/backend/ontapnas_192.0.2.10",
      "/trident/v1/backend/ontapnas_192.0.2.12",
      "/trident/v1/backend/solidfire_192.0.2.20",
    ]);
  });

  it("names every object in its value as in its key", () => {
    for (const name of state.names.backends) assert.equal(values.get(`/trident/v1/backend/${name}`)?.name, name);
    for (const name of state.names.storageClasses) {
      assert.equal((values.get(`/trident/v1/storageclass/${name}`)?.config as { name: string }).name, name);
    }
  });

  it("is the same each time, and a larger one contains a smaller one's volumes", () => {
    assert.deepEqual(legacyTridentState({ volumes: 500, backendPassword }), state);
    const smaller = legacyTridentState({ volumes: 3, backendPassword });
    assert.ok(smaller.entries.every(({ key, value }) => state.entries.some((e) => e.key === key && e.value === value)));
    assert.equal(smaller.names.volumes.length, 3);
  });

  it("can be a Trident without a volume", () => {
    assert.deepEqual(legacyTridentState({ volumes: 0, backendPassword }).names.volumes, []);
  });
});
