import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { ManagedAddress } from "../../../migration/connect/etcd-address.ts";
import { newestOf, sourceSteps, type SourceRequest } from "../../../migration/restore/fetch-source.ts";
import { findMemberClaims, isCopiedDatabase } from "../../../migration/restore/member-claims.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const destination: ManagedAddress = {
  kind: "managed",
  ...{ namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" },
};
const claims = "/api/v1/namespaces/trident/persistentvolumeclaims";

describe("what is restored", () => {
  let fake: FakeKubernetes;
  let directory: string;

  const steps = (request: Partial<SourceRequest>) =>
    sourceSteps(
      fake.cluster,
      {
        ...{ namespace: "trident", destination, record: "a-record", snapshotDirectory: directory, from: "member" },
        ...{ snapshotClaim: "trident-etcd-snapshots", etcdImage: "etcd:v3.4.22", ...request },
      },
      { timeoutSeconds: 1, interruption: new AbortController().signal },
    );

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    directory = await mkdtemp(path.join(tmpdir(), "fetch-source-"));
  });
  afterEach(async () => {
    await fake.stop();
    await rm(directory, { recursive: true });
  });

  it("is a file where it is one, by its absolute path, and that of an earlier run as long as it is there", async () => {
    assert.equal(await steps({ from: "a.db" }).fetchSource("7", undefined), path.resolve("a.db"));
    assert.equal(await steps({}).fetchSource("7", import.meta.filename), import.meta.filename);
    await assert.rejects(steps({}).fetchSource("7", path.join(directory, "gone.db")), /none of its pods runs/);
  });

  it("is not fetched where there is no folder to keep it in, and nothing is kept there", async () => {
    await assert.rejects(steps({ snapshotDirectory: "" }).fetchSource("7", undefined), /no folder for snapshots/);
    assert.equal(await steps({ snapshotDirectory: "" }).keepWhatSurvived("7"), undefined);
    assert.equal(await steps({}).keepWhatSurvived("7"), undefined);
  });

  it("is refused by the name of a claim that is not there", async () => {
    await assert.rejects(
      steps({ from: "claim:newest" }).fetchSource("7", undefined),
      /no PersistentVolumeClaim trident-etcd-snapshots/,
    );
    await assert.rejects(
      steps({ from: "legacyClaim" }).fetchSource("7", undefined),
      /no claim of an old Trident is named/,
    );
  });

  it("is, of those on a claim, the newest by its name that is complete", () => {
    const names = [
      ...["trident-etcd-a-2026-01-02T030405Z.db", "trident-etcd-b-2026-01-03T030405Z.db"],
      ...["trident-etcd-a-2026-01-04T030405Z.db.partial", "zzz.db"],
    ];
    assert.equal(newestOf(names.map((name) => ({ name, bytes: 1 }))), "trident-etcd-b-2026-01-03T030405Z.db");
    assert.equal(newestOf([{ name: "zzz.db", bytes: 1 }]), undefined);
  });

  it("may be on the claims of members whose pods are gone, which are known by their labels", async () => {
    const labels = { app: "etcd", etcd_cluster: "trident-etcd" };
    fake.objects.set(`${claims}/trident-etcd-b`, { metadata: { name: "trident-etcd-b", labels } });
    fake.objects.set(`${claims}/trident-etcd-a`, { metadata: { name: "trident-etcd-a", labels } });
    fake.objects.set(`${claims}/other`, { metadata: { name: "other" } });
    assert.deepEqual(await findMemberClaims(fake.cluster, destination), ["trident-etcd-a", "trident-etcd-b"]);
    assert.ok(isCopiedDatabase("/a/trident-etcd-a-2026.copied-db"));
    assert.ok(!isCopiedDatabase("/a/trident-etcd-a.db"));
  });
});
