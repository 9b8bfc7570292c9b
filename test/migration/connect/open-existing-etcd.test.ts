import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openEtcd } from "../../../migration/connect/open-etcd.ts";
import { connectExistingEtcd } from "../../../migration/connect/open-existing-etcd.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { freePort, startEtcd, type EtcdProcess } from "../../etcd-process.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const secretPath = "/api/v1/namespaces/n/secrets/client";
const waiting = { timeoutSeconds: 5 };

describe("an existing etcd is opened", () => {
  let authority: CertificateAuthority;
  let etcd: EtcdProcess;
  let fake: FakeKubernetes;
  let address: { kind: "existing"; namespace: string; endpoints: string[]; clientSecret: string; gatewayImage: string };

  before(async () => {
    fake = await startFakeKubernetes();
    authority = await createAuthority();
    etcd = await startEtcd({ authority });
    // Its issuer is another one than the server's, as an etcd may ask for.
    const { certificateAuthority, certificate, privateKey } = etcd.tls;
    const files = {
      "etcd-client-ca.crt": certificateAuthority,
      "etcd-client.crt": certificate,
      "etcd-client.key": privateKey,
    };
    const data = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, file.toString("base64")]));
    fake.objects.set(secretPath, { metadata: { name: "client" }, data });
    address = {
      kind: "existing" as const,
      namespace: "n",
      endpoints: [`https://127.0.0.1:${etcd.port}`],
      clientSecret: "client",
      gatewayImage: "etcd:v3",
    };
  });
  after(async () => {
    await etcd.stop();
    await authority.remove();
    await fake.stop();
  });

  it("directly, with what its Secret holds, where a connection can be had, and no pod is made", async () => {
    const store = await openEtcd(fake.cluster, address, waiting);
    try {
      assert.equal((await store.status()).clusterId, (await etcd.store.status()).clusterId);
      assert.match(store.description, /^the etcd at https:\/\/127\.0\.0\.1:\d+$/);
    } finally {
      await store.close();
    }
    assert.deepEqual(
      fake.requests.filter((request) => !request.startsWith("GET ")),
      [],
    );
  });

  it("directly also when one of its members is away", async () => {
    const endpoints = [`https://127.0.0.1:${await freePort()}`, ...address.endpoints];
    const opened = await connectExistingEtcd(fake.cluster, { ...address, endpoints }, waiting, { tls: etcd.tls });
    try {
      const answers = await opened.memberAnswers();
      assert.deepEqual(
        answers.map((answer) => "status" in answer),
        [false, true],
      );
      assert.equal(opened.pod, undefined);
    } finally {
      await opened.close();
    }
  });

  it("not through a pod for what TLS says: the certificate's name is told, and no pod is made", async () => {
    const other = { ...address, endpoints: [`https://localhost:${etcd.port}`] };
    await assert.rejects(openEtcd(fake.cluster, other, waiting), /not for the name localhost/);
    assert.deepEqual(
      fake.requests.filter((request) => !request.startsWith("GET ")),
      [],
    );
  });

  it("not at all where a pod would be needed and may not be made, with the reason", async () => {
    const away = { ...address, endpoints: [`https://127.0.0.1:${await freePort()}`, "https://etcd.invalid:2379"] };
    await assert.rejects(connectExistingEtcd(fake.cluster, away, { ...waiting, mayMakePods: false }, {}), {
      name: "NotReachedFromHereError",
      message: /was not reached from this machine: .*ECONNREFUSED.*etcd\.invalid/,
    });
  });

  it("not at all where a pod is needed and no image is named for it", async () => {
    const away = { kind: "existing" as const, namespace: "n", endpoints: [`https://127.0.0.1:${await freePort()}`] };
    await assert.rejects(connectExistingEtcd(fake.cluster, away, waiting, {}), {
      name: "NoGatewayImageError",
      message: /gatewayImage/,
    });
  });

  it("not through a pod that can't start, which is removed, with the kubelet's reason", async () => {
    const away = { ...address, endpoints: [`https://127.0.0.1:${await freePort()}`] };
    const opening = connectExistingEtcd(fake.cluster, away, waiting, {});
    const state = { waiting: { reason: "ImagePullBackOff", message: "no such image" } };
    const failing = setInterval(() => {
      for (const [path, object] of fake.objects) {
        if (path.includes("/pods/"))
          Object.assign(object, { status: { containerStatuses: [{ name: "gateway-0", state }] } });
      }
    }, 50);
    try {
      await assert.rejects(opening, {
        name: "PodNotStartingError",
        message: /ImagePullBackOff.*no such image.*etcd:v3/,
      });
    } finally {
      clearInterval(failing);
    }
    assert.ok(![...fake.objects.keys()].some((path) => path.includes("/pods/")));
  });
});
