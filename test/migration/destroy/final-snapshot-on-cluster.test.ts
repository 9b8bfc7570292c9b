import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { saveFinalSnapshot } from "../../../migration/destroy/final-snapshot.ts";
import { snapshotFolder } from "../../../migration/snapshot/snapshot-folder.ts";
import { finalSnapshotOnCluster } from "../../../migration/destroy/final-snapshot-on-cluster.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const namespace = "storage";
const labels = { app: "etcd", etcd_cluster: "db" };
const runs = { phase: "Running", containerStatuses: [{ name: "etcd", restartCount: 0, state: { running: {} } }] };

describe("the last snapshot of members that run, as Kubernetes says", () => {
  let authority: CertificateAuthority;
  let secret: Record<string, string>;
  let fake: FakeKubernetes;
  let directory: string;
  let lines: string[];

  before(async () => {
    authority = await createAuthority();
    const { certificate, privateKey } = await authority.issue({ commonName: "client", usages: ["clientAuth"] });
    const parts = {
      "etcd-client-ca.crt": authority.certificate,
      "etcd-client.crt": certificate,
      "etcd-client.key": privateKey,
    };
    secret = Object.fromEntries(Object.entries(parts).map(([name, pem]) => [name, pem.toString("base64")]));
  });
  after(() => authority.remove());
  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
    directory = await mkdtemp(join(tmpdir(), "final-snapshot-"));
    lines = [];
    const path = `/api/v1/namespaces/${namespace}`;
    for (const name of ["db-a", "db-b"]) {
      fake.objects.set(`${path}/pods/${name}`, { metadata: { name, labels }, status: runs });
    }
    fake.objects.set(`${path}/secrets/client`, { metadata: { name: "client" }, data: secret });
  });
  afterEach(async () => {
    await fake.stop();
    assert.deepEqual(await readdir(directory), []);
    await rm(directory, { recursive: true });
  });

  it("stops the destroy at once when the port-forward is forbidden, with the permission that is missing", async () => {
    fake.fault = (request) => (request.endsWith("/portforward") ? 403 : undefined);
    await assert.rejects(save(3600), {
      name: "FinalSnapshotRefusedError",
      message:
        /member db-a: pod db-a: .*403 Forbidden.*get and create of pods\/portforward in namespace storage.*nothing of it was deleted/s,
    });
    assert.deepEqual(lines, []);
  });

  for (const answer of [502, 503, 429, "hang"] as const) {
    it(`asks again, and stops the destroy, when the port-forward is answered with: ${answer}`, async () => {
      fake.fault = (request) => (request.endsWith("/portforward") ? answer : undefined);
      await assert.rejects(save(0.1), { name: "FinalSnapshotRefusedError", message: /member db-a: .*; member db-b: / });
      assert.deepEqual(lines.slice(1), [], "it is said once");
    });
  }

  it("stops the destroy when the members may not be listed", async () => {
    fake.fault = (request) => (request.endsWith("/pods") ? 403 : undefined);
    await assert.rejects(save(0), {
      name: "ClusterRequestError",
      message: /GET \/api\/v1\/namespaces\/storage\/pods with 403/,
    });
  });

  it("stops the destroy when their Secret may not be read, and asks again when that fails for a moment", async () => {
    fake.fault = (request) => (request.includes("/secrets/") ? 403 : undefined);
    await assert.rejects(save(3600), { name: "FinalSnapshotRefusedError", message: /secrets\/client with 403/ });
    fake.fault = (request) => (request.includes("/secrets/") ? (lines.length === 0 ? 503 : 403) : undefined);
    await assert.rejects(save(3600), { name: "FinalSnapshotRefusedError", message: /secrets\/client with 403/ });
    assert.match(lines[0] ?? "", /is asked again for 3600 s: .*secrets\/client with 503/s);
  });

  function save(seconds: number): Promise<void> {
    const folder = snapshotFolder(directory, namespace);
    assert.ok(folder !== undefined);
    const request = {
      cluster: { kubeconfig: fake.kubeconfig },
      namespace,
      etcdCluster: "db",
      clientSecret: "client",
      folder,
    };
    const environment = { ...finalSnapshotOnCluster(request), patience: { seconds, pauseMilliseconds: 50 } };
    return saveFinalSnapshot(environment, (line) => lines.push(line));
  }
});
