import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connectToCluster } from "../../migration/kubernetes/cluster-client.ts";
import { openPortForward } from "../../migration/kubernetes/port-forward.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { createAuthority } from "../certificate-authority.ts";
import { askForVersion } from "./ask-member.ts";
import { memberEtcdctlOf } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

const namespace = "e2e-install";

describe("a fresh install", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let objectsBefore: string[];

  before(async () => {
    await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-install", { namespace });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("changes nothing in a preview", async () => {
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
  });

  it("brings up three members and a Trident that answers with an empty state", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.equal(up.outputs.etcdClientEndpoint?.value, "https://trident-etcd-client:2379");

    const members = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    assert.equal(members.length, 3);
    const list = await memberEtcdctlOf(cluster.kubeconfig, namespace, members[0] ?? "", ["member", "list"]);
    assert.equal(list.match(/started/g)?.length, 3, list);

    assert.deepEqual(await readTridentLists({ kubeconfig: kubeconfigPath, namespace }), {
      backends: [],
      volumes: [],
      storageClasses: [],
    });
  });

  for (const port of [2379, 2380]) {
    it(`lets nobody in at port ${port} of a member without a certificate of its own CA`, async () => {
      const { data = {} } = await cluster.core.readNamespacedSecret({ namespace, name: "etcd-client-tls" });
      const file = (name: string): Buffer => Buffer.from(data[name] ?? "", "base64");
      const ca = file("etcd-client-ca.crt");
      const stranger = await createAuthority("a stranger");
      const { certificate: cert, privateKey: key } = await stranger.issue({
        commonName: "Trident etcd client",
        usages: ["clientAuth"],
      });
      const [member = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
      const client = connectToCluster({ kubeconfig: kubeconfigPath });
      const forward = await openPortForward(client, { namespace, choosePod: () => Promise.resolve(member), port });
      try {
        const own = { ca, cert: file("etcd-client.crt"), key: file("etcd-client.key") };
        assert.match(await askForVersion(forward, own), /^200: .*"etcdserver":"3\./);
        assert.match(await askForVersion(forward, { ca }), /^failed: .*certificate/);
        assert.match(await askForVersion(forward, { ca, cert, key }), /^failed: .*certificate|^failed: .*unknown ca/);
        assert.match(await askForVersion(forward, undefined), /^400: .*HTTPS|^failed: /);
      } finally {
        await forward.close();
        await stranger.remove();
      }
    });
  }

  it("is left as it is by a second up", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
  });

  it("is gone without a trace after destroy, but for the namespace", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    await eventually("the objects are those from before the install", async () => {
      const left = await objectsAround(cluster, namespace);
      return JSON.stringify(left) === JSON.stringify(objectsBefore);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    });
  });
});
