import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { readStatus, type StatusRequest } from "../../../migration/status/read-status.ts";
import { judgeStatus, levelOf } from "../../../migration/status/judge-status.ts";
import { createAuthority } from "../../certificate-authority.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const address = {
  kind: "managed",
  namespace: "trident",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
} as const;

describe("what there is to see of an etcd", () => {
  let kubernetes: FakeKubernetes;
  let directory: string;
  let request: StatusRequest;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "status-"));
    request = { address, record: "trident-etcd-migration", directory };
  });
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
  });
  afterEach(() => kubernetes.stop());
  after(() => rm(directory, { recursive: true }));

  it("is a trouble where nothing is, and not nothing", async () => {
    const status = await readStatus(kubernetes.cluster, request);
    assert.deepEqual([status.size, status.members, status.trident], ["absent", [], undefined]);
    assert.equal(levelOf(judgeStatus(status, { snapshotHours: undefined })), "trouble");
    assert.deepEqual(
      kubernetes.requests.filter((each) => !each.startsWith("GET")),
      [],
    );
  });

  it("is the Trident that is told this etcd, its certificates, its record and the last snapshot", async () => {
    const authority = await createAuthority("an etcd's");
    const client = await authority.issue({ commonName: "client", usages: ["clientAuth"] });
    const base64 = (pem: string | Buffer): string => Buffer.from(pem).toString("base64");
    const core = "/api/v1/namespaces/trident";
    const objects = [
      ["/apis/etcd.database.coreos.com/v1beta2/namespaces/trident/etcdclusters/trident-etcd", { spec: { size: 3 } }],
      [`${core}/configmaps/trident-etcd-migration`, { data: { etcdClusterId: "7", etcdHeldKeys: "true" } }],
      [
        `${core}/secrets/etcd-client-tls`,
        {
          data: {
            "etcd-client-ca.crt": base64(authority.certificate),
            "etcd-client.crt": base64(client.certificate),
            "etcd-client.key": base64(client.privateKey),
          },
        },
      ],
      ["/apis/apps/v1/namespaces/trident/deployments/a-trident", deployment(["-etcd_v3", "https://other:2379"])],
      ["/apis/apps/v1/namespaces/trident/deployments/etcd-operator", { spec: { template: { spec: {} } } }],
      [
        "/apis/apps/v1/namespaces/trident/deployments/trident",
        deployment(["-etcd_v3", "https://trident-etcd-client:2379"]),
      ],
    ] as const;
    for (const [where, object] of objects) {
      kubernetes.objects.set(where, { ...object, metadata: { name: path.basename(where), namespace: "trident" } });
    }
    await writeFile(path.join(directory, "trident-etcd-trident-2026-03-01T020000.000Z.db"), "");
    const status = await readStatus(kubernetes.cluster, request);
    assert.equal(status.size, 3);
    assert.deepEqual(status.recorded, { clusterId: "7", heldKeys: true });
    assert.deepEqual(
      status.certificates.map(({ of }) => of),
      ["client", "authority"],
    );
    assert.equal(status.snapshots?.newest?.at.toISOString(), "2026-03-01T02:00:00.000Z");
    assert.deepEqual([status.trident?.deployment, status.trident?.isOnThisEtcd], ["trident", true]);
    assert.match(status.trident?.trouble ?? "", /no pod/);
    assert.deepEqual(status.unknown, []);
    await authority.remove();
  });

  it("is unknown, with the reason, where it may not be read; but without the members' pods there is no status", async () => {
    kubernetes.fault = (each) => (/deployments|etcdclusters|secrets|configmaps/.test(each) ? 403 : undefined);
    const { unknown, size } = await readStatus(kubernetes.cluster, request);
    assert.deepEqual([unknown.length, size], [4, undefined]);
    kubernetes.fault = (each) => (each.includes("/pods") ? 403 : undefined);
    await assert.rejects(readStatus(kubernetes.cluster, request));
  });
});

function deployment(args: string[]): object {
  const containers = [{ name: "trident-main", image: "netapp/trident:19.04.0", args }];
  const labels = { app: "trident.netapp.io" };
  return { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } } };
}
