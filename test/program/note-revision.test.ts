import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { noteRevisionSeen } from "../../program/note-revision.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../migration/kubernetes/fake-kubernetes.ts";

const recordPath = "/api/v1/namespaces/trident/configmaps/a-record";
const destination = { kind: "managed", name: "trident-etcd", exists: true, size: 3, revision: "31" } as const;

describe("the revision that the etcd is known to have come to", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    fake.objects.set(recordPath, { metadata: { name: "a-record" }, data: { etcdClusterId: "7" } });
  });
  afterEach(() => fake.stop());

  const note = (serves: boolean) =>
    noteRevisionSeen(
      { serves, destination },
      { cluster: { kubeconfig: fake.kubeconfig }, namespace: "trident", record: "a-record" },
    );

  it("is noted in the stack's record by each up, with the time", async () => {
    await note(true);
    const { etcdRevisionAt, ...others } = fake.objects.get(recordPath)?.data as Record<string, string>;
    assert.deepEqual(others, { etcdClusterId: "7", etcdRevision: "31" });
    assert.match(etcdRevisionAt ?? "", /^\d{4}-/);
  });

  it("is not noted of an etcd that is not the recorded one, or is not well", async () => {
    await note(false);
    assert.deepEqual(fake.requests, []);
  });

  it("is left for the next run where the record is gone or may not be written", async () => {
    fake.objects.delete(recordPath);
    await note(true);
    fake.fault = () => 403;
    await note(true);
    fake.fault = () => 500;
    await assert.rejects(note(true));
  });
});
