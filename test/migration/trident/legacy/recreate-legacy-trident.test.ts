import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { MigrationRecord } from "../../../../migration/record/migration-record.ts";
import {
  recreateLegacyTrident,
  removeRecreatedLegacyTrident,
  waitUntilLegacyServes,
} from "../../../../migration/trident/legacy/recreate-legacy-trident.ts";
import { savedManifest } from "../../../../migration/trident/legacy/saved-manifest.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../../kubernetes/fake-kubernetes.ts";
import { legacyDeployment, legacyTrident } from "./legacy-deployment.ts";

const place = "/apis/apps/v1/namespaces/trident/deployments/trident";
const podPlace = "/api/v1/namespaces/trident/pods/trident-1";
const legacy = legacyTrident();
const manifest = savedManifest(legacyDeployment());
const record: MigrationRecord = { namespace: "trident", name: "r", uid: "u", legacyDeployment: manifest };
const none = { backends: 0, volumes: 0, storageClasses: 0 };

describe("the old Deployment", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
  });
  afterEach(() => fake.stop());

  it("is made anew from the record, with all that it specified", async () => {
    const uid = await recreateLegacyTrident(fake.cluster, legacy, record);
    assert.equal(uid, fake.objects.get(place)?.metadata.uid);
    assert.deepEqual(fake.objects.get(place)?.spec, legacyDeployment().spec);
  });

  it("that somebody else has made meanwhile is not taken for ours", async () => {
    fake.objects.set(place, { metadata: { name: "trident", uid: "of-somebody" } });
    await assert.rejects(recreateLegacyTrident(fake.cluster, legacy, record), { status: 409 });
  });

  it("can't be made from a record without it", async () => {
    const { legacyDeployment: gone, ...without } = record;
    assert.ok(gone !== undefined);
    await assert.rejects(recreateLegacyTrident(fake.cluster, legacy, without), { name: "LegacyTridentReplacedError" });
  });

  it("counts as made when it stands though the answer to its creation was an error", async () => {
    fake.controller = () => undefined;
    fake.fault = (request) => {
      if (!request.startsWith("POST")) return undefined;
      fake.objects.set(place, { metadata: { name: "trident", uid: "made" } });
      return 504;
    };
    assert.equal(await recreateLegacyTrident(fake.cluster, legacy, record), "made");
  });

  it("is taken away only if it is the one that was made", async () => {
    fake.objects.set(place, { metadata: { name: "trident", uid: "of-somebody" } });
    await assert.rejects(removeRecreatedLegacyTrident(fake.cluster, legacy, "uid-1", 1), { status: 409 });
    assert.ok(fake.objects.has(place));
    await removeRecreatedLegacyTrident(fake.cluster, legacy, "of-somebody", 1);
    assert.ok(!fake.objects.has(place));
    await removeRecreatedLegacyTrident(fake.cluster, legacy, "of-somebody", 1);
  });

  it("counts as gone only once no pod of it runs", async () => {
    fake.objects.set(podPlace, pod("Running"));
    await assert.rejects(removeRecreatedLegacyTrident(fake.cluster, legacy, "uid-1", 1), /pod trident-1 Running/);
  });

  it("whose image can't be pulled is not waited for, and the error says what it was to list", async () => {
    const waiting = { reason: "ErrImagePull", message: "not found" };
    fake.objects.set(podPlace, pod("Pending", [{ name: "trident-main", image: "i", state: { waiting } }]));
    await assert.rejects(waitUntilLegacyServes(fake.cluster, legacy, { ...none, volumes: 3 }, { timeoutSeconds: 60 }), {
      name: "LegacyNotServingError",
      message: /was to list 0 backends, 3 volumes.*ErrImagePull for image i: not found/s,
    });
  });

  it("that has no pod in time is no longer waited for", async () => {
    await assert.rejects(
      waitUntilLegacyServes(fake.cluster, legacy, none, { timeoutSeconds: 1 }),
      /Waited 1 s .*last seen: no pod/,
    );
  });
});

function pod(phase: string, containerStatuses: unknown[] = []): FakeObject {
  const labels = { app: "trident.netapp.io" };
  return {
    metadata: { name: "trident-1", labels },
    spec: { containers: [{ name: "trident-main" }] },
    status: { phase, containerStatuses },
  };
}
