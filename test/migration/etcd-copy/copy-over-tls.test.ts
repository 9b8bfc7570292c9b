import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { copyBetweenEtcds } from "../../../migration/etcd-copy/copy-between-etcds.ts";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import type { ExistingAddress } from "../../../migration/connect/etcd-address.ts";
import { openEtcd } from "../../../migration/connect/open-etcd.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";
import { bytesOf, contents, numbered, seed } from "../copy/copy-scene.ts";
import { leaseInMemory } from "../lease/lease-in-memory.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const prefix = keyPrefix("/inventory/");
const range = { ...prefix, key: (name: string) => Buffer.from(prefix.text + name) };

describe("a copy between two etcds that ask for certificates, which lie in a Secret", () => {
  let authority: CertificateAuthority;
  let fake: FakeKubernetes;
  let etcds: EtcdProcess[];

  before(async () => {
    authority = await createAuthority();
    etcds = await Promise.all([startEtcd({ authority }), startEtcd({ authority }), startEtcd({ authority })]);
    fake = await startFakeKubernetes();
    const { tls } = etcd(0);
    fake.objects.set("/api/v1/namespaces/shop/secrets/client", {
      metadata: { name: "client" },
      data: {
        "etcd-client-ca.crt": tls.certificateAuthority.toString("base64"),
        "etcd-client.crt": tls.certificate.toString("base64"),
        "etcd-client.key": tls.privateKey.toString("base64"),
      },
    });
    await seed(etcd(0).store, numbered(range, 500));
    await seed(etcd(1).store, numbered(range, 500));
  });

  after(async () => {
    await fake.stop();
    await Promise.all(etcds.map((each) => each.stop()));
    await authority.remove();
  });

  it("refuses endpoints that are of different etcds as one source", async () => {
    await assert.rejects(copy([0, 1], [2]), /are members of different etcd clusters.*Nothing was written/s);
    assert.deepEqual(await contents(etcd(2).store, range), []);
  });

  it("refuses one etcd as both sides", async () => {
    await assert.rejects(copy([0], [0]), /are the same etcd cluster/);
  });

  it("copies every byte", async () => {
    const { keys, sourceClusterId, destinationClusterId } = await copy([0], [2]);
    assert.equal(keys, 500);
    assert.notEqual(sourceClusterId, destinationClusterId);
    assert.deepEqual(bytesOf(await contents(etcd(2).store, range)), bytesOf(await contents(etcd(0).store, range)));
  });

  it("finds all of it done when it is repeated, and writes nothing", async () => {
    const { revision } = await etcd(2).store.status();
    assert.equal((await copy([0], [2])).keysAlreadyThere, 500);
    assert.equal((await etcd(2).store.status()).revision, revision);
  });

  function etcd(index: number): EtcdProcess {
    const found = etcds[index];
    assert.ok(found);
    return found;
  }

  function addressOf(indexes: readonly number[]): ExistingAddress {
    const endpoints = indexes.map((index) => `https://127.0.0.1:${etcd(index).port}`);
    return { kind: "existing" as const, namespace: "shop", endpoints, clientSecret: "client", reach: "direct" };
  }

  function copy(from: readonly number[], to: readonly number[]) {
    const request = { cluster: {}, source: addressOf(from), destination: addressOf(to), prefix, timeoutSeconds: 10 };
    return copyBetweenEtcds(
      request,
      { acquireLease: leaseInMemory, open: (address) => openEtcd(fake.cluster, address, request) },
      () => undefined,
    );
  }
});
