import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { connectExistingEtcd } from "../../migration/connect/open-existing-etcd.ts";
import { connectToCluster } from "../../migration/kubernetes/cluster-client.ts";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath, network } from "../../sandbox/sandbox-paths.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../certificate-authority.ts";
import { startEtcd, type EtcdProcess } from "../etcd-process.ts";
import { createSecret, startEtcdInCluster, type EtcdInCluster } from "./etcd-in-cluster.ts";
import { legacyEtcdctl, parseKeys, valuesOf, type ListedKey } from "./etcd-keys.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, objectsAround, podNames } from "./sandbox-cluster.ts";

const kubeconfig = kubeconfigPath;
const { hostAddress } = network;
const waiting = { timeoutSeconds: 60 };

describe("an install on an etcd that is there already, reached directly", () => {
  const cluster = connectSandbox();
  const namespace = "e2e-existing";
  const password = `sesame-${randomBytes(12).toString("hex")}`;
  let authority: CertificateAuthority;
  let other: CertificateAuthority;
  let client: IssuedCertificate;
  let etcd: EtcdProcess;
  let stack: TestStack;
  let settings: Record<string, string>;
  let objectsBefore: string[];

  before(async () => {
    authority = await createAuthority("somebody's CA");
    other = await createAuthority("another CA");
    client = await authority.issue({ commonName: "trident", usages: ["clientAuth"] });
    const serverCertificate = await authority.issue({
      commonName: "somebody's etcd",
      alternativeNames: [`IP:${hostAddress}`],
    });
    etcd = await startEtcd({ authority, serverCertificate, host: hostAddress });
    await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, namespace);
    settings = {
      namespace,
      existingEtcdEndpoints: `https://${hostAddress}:${etcd.port}`,
      existingEtcdCaFile: authority.certificateFile,
      existingEtcdCertificateFile: client.certificateFile,
      existingEtcdKeyFile: client.privateKeyFile,
      existingEtcdUsername: "trident",
      existingEtcdPassword: password,
    };
    stack = await createTestStack("e2e-existing", settings);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await etcd.stop();
    await authority.remove();
    await other.remove();
  });

  describe("is refused before anything is registered,", () => {
    after(async () => {
      await stack.configure(settings);
      assert.ok(!(await stack.exportState()).includes("trident-etcd:index:ExistingEtcd"));
    });

    it("with the certificate of another CA", async () => {
      await assertRefused({ existingEtcdCaFile: other.certificateFile }, /not signed by the CA.*existingEtcdCaFile/s);
    });

    it("with a client certificate of another CA", async () => {
      const stranger = await other.issue({ commonName: "trident", usages: ["clientAuth"] });
      const files = {
        existingEtcdCertificateFile: stranger.certificateFile,
        existingEtcdKeyFile: stranger.privateKeyFile,
      };
      await assertRefused(files, /rejected the client certificate.*--trusted-ca-file/s);
    });

    it("under a name that its certificate is not for", async () => {
      const elsewhere = await startEtcd({ authority });
      try {
        const endpoint = `https://localhost:${elsewhere.port}`;
        await assertRefused({ existingEtcdEndpoints: endpoint }, /not for the name localhost/);
      } finally {
        await elsewhere.stop();
      }
    });

    it("when it is one that a Kubernetes keeps itself in", async () => {
      await etcd.client.put("/registry/pods/kube-system/etcd-0").value("{}");
      await assertRefused({}, /keys under \/registry\/: a Kubernetes keeps its own state there/);
      await etcd.client.delete().prefix("/registry/");
    });

    it("without TLS when nobody has agreed to that, and with files that are not there, all named at once", async () => {
      const endpoint = `http://${hostAddress}:${etcd.port}`;
      await assertRefused({ existingEtcdEndpoints: endpoint }, /existingEtcdPlaintext true/);
      const missing = { existingEtcdCaFile: "/nowhere/ca.crt", existingEtcdKeyFile: "/nowhere/tls.key" };
      await assertRefused(missing, /existingEtcdCaFile is "\/nowhere\/ca\.crt".*existingEtcdKeyFile is "\/nowhere/s);
    });

    async function assertRefused(change: Record<string, string>, why: RegExp): Promise<void> {
      await stack.configure({ ...settings, ...change });
      const { revision } = await etcd.store.status();
      const up = await stack.up();
      assert.ok(!up.succeeded, up.printed);
      assert.match(up.printed, why);
      assertSilent(up);
      assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
      assert.equal((await etcd.store.status()).revision, revision);
    }
  });

  it("changes nothing in a preview, which says where Trident's state will be and stay", async () => {
    const { revision } = await etcd.store.status();
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /install Trident on an existing etcd/);
    assert.match(preview.printed, /existing etcd {2}https:.*, reached directly, etcd 3\./);
    assert.match(preview.printed, /`pulumi destroy` would keep, .*the etcd at https:/);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    assert.equal((await etcd.store.status()).revision, revision);
  });

  it("starts a Trident on it, with no etcd, operator or definition of the stack's own", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assertSilent(up);
    assert.equal(up.outputs.etcdClientEndpoint?.value, settings.existingEtcdEndpoints);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), {
      ...{ backends: [], volumes: [], storageClasses: [] },
    });
    assert.ok((await keysOfTrident()).length > 0);
    const made = (await objectsAround(cluster, namespace)).filter((each) => !objectsBefore.includes(each));
    assert.ok(
      !made.some((each) => /^(CustomResourceDefinition|Service|NetworkPolicy|PodDisruptionBudget)\//.test(each)),
    );
    assert.deepEqual(
      made.filter((each) => /^(Secret|Deployment)\//.test(each)),
      ["Deployment/trident", "Secret/etcd-client-credentials", "Secret/etcd-client-tls"],
    );
  });

  it("is left as it is by a second up, and keeps key and password out of the exported state", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assertSilent(up);
    const state = await stack.exportState();
    assert.ok(state.includes("trident-etcd:index:ExistingEtcd"));
    for (const secret of secrets()) assert.ok(!state.includes(secret));
  });

  it("leaves its state there when it is destroyed, and nothing else; a new one does not take that for its own", async () => {
    const kept = await keysOfTrident();
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    assert.deepEqual(await keysOfTrident(), kept);

    const refused = await stack.up();
    assert.ok(!refused.succeeded, refused.printed);
    assert.match(refused.printed, /keys? under \/trident\/.*existingEtcdAdoptState true.*etcdctl .* del --prefix/s);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);

    await stack.configure({ ...settings, existingEtcdAdoptState: "true" });
    const adopted = await stack.up();
    assert.ok(adopted.succeeded, adopted.printed);
    assert.match(adopted.printed, /starts on the \d+ keys? that (is|are) under \/trident\/ already/);
    assert.deepEqual(await keysOfTrident(), kept);
  });

  async function keysOfTrident(): Promise<string[]> {
    return etcd.client.getAll().prefix("/trident/").keys();
  }

  function secrets(): string[] {
    const lines = client.privateKey
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("-"));
    return [password, Buffer.from(password).toString("base64"), ...lines, client.privateKey.toString("base64")];
  }

  function assertSilent({ printed }: Operation): void {
    for (const secret of secrets()) assert.ok(!printed.includes(secret), "a secret was printed");
  }
});

describe("a migration to an etcd that only pods can reach", () => {
  const cluster = connectSandbox();
  const namespace = "e2e-existing-migration";
  const somebodys = "e2e-somebodys-etcd";
  let etcd: EtcdInCluster;
  let stack: TestStack;
  let stateBefore: Map<string, ListedKey>;

  before(async () => {
    await createNamespace(cluster, somebodys);
    etcd = await startEtcdInCluster(cluster, somebodys);
    await installLegacyTrident({ kubeconfig, namespace, volumes: 50, backendPassword: "x" }, console.log);
    const [pod = ""] = await podNames(cluster, namespace, "app=trident.netapp.io");
    stateBefore = parseKeys(
      await legacyEtcdctl(cluster.kubeconfig, namespace, pod, ["get", "/trident/", "--prefix", "-w", "json"]),
    );
    await createSecret(cluster, namespace, "from-cert-manager", {
      "ca.crt": etcd.authority.certificate,
      "tls.crt": etcd.client.certificate,
      "tls.key": etcd.client.privateKey,
    });
    stack = await createTestStack("e2e-existing-migration", {
      namespace,
      migrate: "true",
      existingEtcdEndpoints: etcd.endpoint,
      existingEtcdSecret: "from-cert-manager",
      existingEtcdSecretKeys: "ca.crt,tls.crt,tls.key",
    });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await deleteNamespace(cluster, somebodys);
    await etcd.remove();
  });

  it("is previewed without a pod, and says what could not be looked at", async () => {
    const objectsBefore = await objectsAround(cluster, namespace);
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /was not reached from this machine: .*A preview makes no pod: `pulumi up` looks/s);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
  });

  it("can be reached by several endpoints through a pod that the restricted Pod Security Standard admits", async () => {
    const restricted = "e2e-restricted";
    await createNamespace(cluster, restricted, { "pod-security.kubernetes.io/enforce": "restricted" });
    try {
      const { certificate, privateKey } = etcd.client;
      const tls = { certificateAuthority: etcd.authority.certificate, certificate, privateKey };
      const address = {
        kind: "existing" as const,
        namespace: restricted,
        endpoints: etcd.endpoints,
        gatewayImage: "quay.io/coreos/etcd:v3.4.22",
      };
      const opened = await connectExistingEtcd(connectToCluster({ kubeconfig }), address, waiting, { tls });
      const answers = await opened.memberAnswers().finally(() => opened.close());
      const clusters = answers.map((answer) => ("status" in answer ? answer.status.clusterId : String(answer.failure)));
      assert.equal(clusters.length, 2);
      assert.match(clusters[0] ?? "", /^\d+$/);
      assert.equal(clusters[1], clusters[0]);
      assert.deepEqual((await cluster.core.listNamespacedPod({ namespace: restricted })).items, []);
    } finally {
      await deleteNamespace(cluster, restricted);
    }
  });

  it("moves every key and value there through a pod, and leaves no pod behind", async () => {
    const lists = await readTridentLists({ kubeconfig, namespace });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(up.printed, /existing etcd {2}https:.*, reached through a pod/);
    assert.deepEqual(valuesOf(await etcd.keys("/trident/")), valuesOf(stateBefore));
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), lists);
    assert.deepEqual(await gateways(), []);
  });

  it("is rolled back, which takes back what it wrote and no more", async () => {
    await stack.configure({
      namespace,
      migrate: "true",
      rollback: "true",
      existingEtcdEndpoints: etcd.endpoint,
      existingEtcdSecret: "from-cert-manager",
      existingEtcdSecretKeys: "ca.crt,tls.crt,tls.key",
    });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual([...(await etcd.keys("/trident/")).keys()], []);
    const lists = await readTridentLists({ kubeconfig, namespace });
    assert.equal(lists.volumes.length, 50);
    assert.deepEqual(await gateways(), []);
  });

  async function gateways(): Promise<string[]> {
    return podNames(cluster, namespace, "app.kubernetes.io/component=gateway");
  }
});
