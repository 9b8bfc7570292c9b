import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  markClaimStale,
  staleSince,
  unmarkClaim,
  unmarkCommands,
} from "../../../../migration/trident/legacy/stale-claim.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";

const place = { namespace: "trident", claim: "trident" };
const path = "/api/v1/namespaces/trident/persistentvolumeclaims/trident";
const since = "2030-01-02T03:04:05.678Z";
const asInstalled = () => ({
  metadata: { name: "trident", labels: { app: "trident.netapp.io" }, annotations: { "pv.kubernetes.io/bound": "yes" } },
  status: { phase: "Bound" },
});

describe("the mark on a claim whose state was moved on", () => {
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes();
  });
  beforeEach(() => {
    fake.objects.clear();
    fake.objects.set(path, asInstalled());
    fake.requests.length = 0;
  });
  after(() => fake.stop());

  it("is a label and an annotation, which says since when and whereto; what others have put there stays", async () => {
    await markClaimStale(fake.cluster, place, { since, movedTo: "EtcdCluster trident-etcd" });
    const { labels, annotations } = found().metadata as ReturnType<typeof asInstalled>["metadata"];
    assert.deepEqual(labels, { app: "trident.netapp.io", "trident-etcd/state": "stale" });
    assert.match(
      (annotations as Record<string, string>)["trident-etcd/state"] ?? "",
      /^stale since 2030-01-02T03:04:05.678Z: Trident's state was moved to EtcdCluster trident-etcd.*docs\/after-19\.04\.md/,
    );
    assert.equal(staleSince(found()), since);
  });

  it("is taken off without a trace", async () => {
    await markClaimStale(fake.cluster, place, { since, movedTo: "the etcd at https://etcd.example.com:2379" });
    await unmarkClaim(fake.cluster, place);
    const { labels, annotations } = found().metadata as ReturnType<typeof asInstalled>["metadata"];
    assert.deepEqual([labels, annotations], [asInstalled().metadata.labels, asInstalled().metadata.annotations]);
    assert.equal(staleSince(found()), undefined);
  });

  it("is not taken off where there is none: that takes no permission", async () => {
    await unmarkClaim(fake.cluster, place);
    assert.deepEqual(fake.requests, [`GET ${path}`]);
  });

  it("is of no concern where the claim is gone", async () => {
    fake.objects.delete(path);
    await markClaimStale(fake.cluster, place, { since, movedTo: "EtcdCluster trident-etcd" });
    await unmarkClaim(fake.cluster, place);
    assert.equal(fake.objects.size, 0);
  });

  it("counts when a person has put it there by hand, the label alone, or changed its text", () => {
    assert.equal(staleSince({ metadata: { labels: { "trident-etcd/state": "stale" } } }), "a migration");
    assert.equal(staleSince({ metadata: { annotations: { "trident-etcd/state": "stale" } } }), "a migration");
    assert.equal(staleSince({ metadata: { labels: { app: "trident.netapp.io" } } }), undefined);
    assert.equal(staleSince(undefined), undefined);
  });

  it("is taken off by a person with one command each", () => {
    assert.equal(
      unmarkCommands(place),
      "`kubectl --namespace trident annotate persistentvolumeclaim trident trident-etcd/state-` and " +
        "`kubectl --namespace trident label persistentvolumeclaim trident trident-etcd/state-`",
    );
  });

  function found() {
    return fake.objects.get(path) ?? assert.fail("the claim is gone");
  }
});
