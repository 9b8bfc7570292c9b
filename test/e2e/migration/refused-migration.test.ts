import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import type { BlockerKind } from "../../../migration/blockers/blocker.ts";
import { createNamespace, deleteNamespace } from "../sandbox-cluster.ts";
import { clientSecret, createClientSecret } from "./destination-etcd.ts";
import { planIn } from "./plan-in-scene.ts";
import { backendPassword, migrationFailure, requestIn, setUpScene, type MigrationScene } from "./migration-scene.ts";

const namespace = "e2e-migration-refused";

describe("a migration that cannot work is refused with one error, and the old Trident serves on untouched", () => {
  let scene: MigrationScene;

  before(async () => {
    scene = await setUpScene(namespace, 5);
  });
  after(() => scene.remove());

  it("when the client's Secret is missing", async () => {
    await replaceSecret(undefined);
    await assertRefused(/Secret etcd-client-tls in namespace e2e-migration-refused.*does not exist.*pulumi refresh/);
    await replaceSecret({});
  });

  it("when the client's Secret lacks a key", async () => {
    await replaceSecret({ "etcd-client.key": undefined });
    await assertRefused(/Secret etcd-client-tls .*lacks the key etcd-client\.key.*pulumi up/);
    await replaceSecret({});
  });

  it("when the private key in the Secret is another certificate's", async () => {
    const other = await scene.destination.authority.issue({ commonName: "other", usages: ["clientAuth"] });
    await replaceSecret({ "etcd-client.key": other.privateKey });
    await assertRefused(/Secret etcd-client-tls .*under etcd-client\.key.*does not belong/);
    await replaceSecret({});
  });

  it("when the new etcd has no ready member", async () => {
    const destination = { kind: "managed" as const, namespace, etcdCluster: "another-etcd", clientSecret };
    const request = { ...scene.request, destination };
    await assertRefused(/etcd cluster another-etcd .*no ready member \(no pod\).*describe etcdcluster/, request);
  });

  it("when keys of somebody else are in the new etcd", async () => {
    await scene.destination.etcdctl("put", "/trident/v1/volume/foreign", "the-foreign-value");
    const error = await assertRefused(/1 key under \/trident\/.*\/trident\/v1\/volume\/foreign.*etcdctl del/);
    assert.doesNotMatch(error, /the-foreign-value/);
    await assertPlanBlocked("foreignKeys", /\/trident\/v1\/volume\/foreign/);
    assert.deepEqual([...(await scene.destination.keys()).keys()], ["/trident/v1/volume/foreign"]);
    await scene.destination.etcdctl("del", "/trident/v1/volume/foreign");
  });

  it("when the legacy etcd's image can't be pulled", async () => {
    await changePausedTemplate("add", "/spec/template/spec/containers/1/image", "registry.invalid/etcd:v3.4.14");
    await assertRefused(/image registry\.invalid\/etcd:v3\.4\.14.*Deployment trident.*registry/s);
    await changePausedTemplate("add", "/spec/template/spec/containers/1/image", "quay.io/coreos/etcd:v3.4.14");
  });

  it("when the new Trident's image can't be pulled, and no pod stays that tried", async () => {
    const image = "registry.invalid/trident:19.04.0";
    const newTrident = {
      selector: { matchLabels: { app: "trident.netapp.io" } },
      template: { spec: { containers: [{ name: "trident-main", image }] } },
    };
    await assertRefused(
      /registry\.invalid\/trident:19\.04\.0.*(ErrImagePull|ImagePullBackOff).*tridentImage: "IMAGE"/s,
      {
        ...scene.request,
        newTrident,
      },
    );
    const labelSelector = "app.kubernetes.io/component=image-pull";
    assert.deepEqual((await scene.cluster.core.listNamespacedPod({ namespace, labelSelector })).items, []);
  });

  it("when the PersistentVolumeClaim is missing", async () => {
    const path = "/spec/template/spec/volumes/0/persistentVolumeClaim/claimName";
    await changePausedTemplate("replace", path, "no-such-claim");
    await assertRefused(/PersistentVolumeClaim no-such-claim .*Deployment trident.*does not exist.*describe pvc/);
    await assertPlanBlocked("persistentVolumeClaim", /no-such-claim/);
    await changePausedTemplate("replace", path, "trident");
  });

  it("when no snapshot can be kept where it is to be", async () => {
    const request = { ...scene.request, snapshotDirectory: "/proc/no-such-folder" };
    await assertRefused(/kept in \/proc\/no-such-folder: .*`\{ snapshotDirectory: "PATH" \}`/, request);
  });

  it("when the record is missing", async () => {
    const request = { ...scene.request, record: "no-such-record" };
    await assertRefused(/ConfigMap no-such-record .*does not exist.*pulumi up/, request);
  });

  it("when the namespace is missing", async () => {
    const error = await migrationFailure(requestIn("no-such-namespace"));
    assert.match(error.message, /Namespace no-such-namespace does not exist.*kubectl create namespace/);
  });

  it("when there is no legacy Trident", async () => {
    const empty = "e2e-migration-none";
    await createNamespace(scene.cluster, empty);
    await scene.cluster.core.createNamespacedConfigMap({
      namespace: empty,
      body: { metadata: { name: "trident-etcd-migration" } },
    });
    const error = await migrationFailure(requestIn(empty));
    assert.match(
      error.message,
      /no Trident with an embedded etcd .*namespace e2e-migration-none.*\{ migrate: false \}/,
    );
    await deleteNamespace(scene.cluster, empty);
  });

  it("when no cluster answers", async () => {
    const kubeconfig = JSON.stringify({
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:9" } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "nowhere", context: { cluster: "c", user: "u" } }],
      "current-context": "nowhere",
    });
    const error = await migrationFailure({ ...scene.request, cluster: { kubeconfig } });
    assert.match(
      error.message,
      /"nowhere" \(https:\/\/127\.0\.0\.1:9\).*kubernetes:context.*kubernetes:kubeconfig.*KUBECONFIG/,
    );
  });

  // The last one: it takes the state away.
  it("when the source is empty", async () => {
    await scene.legacyEtcdctl("del", "/trident/", "--prefix");
    await assertRefused(/PersistentVolumeClaim trident.*no key under \/trident\/.*\{ migrate: false,/);
    await assertPlanBlocked("emptySource", /PersistentVolumeClaim trident/);
  });

  async function assertRefused(message: RegExp, request = scene.request): Promise<string> {
    const before = await scene.legacy();
    const error = await migrationFailure(request);
    assert.match(error.message, message);
    assert.match(error.message, /Nothing was changed/);
    assert.doesNotMatch(error.message, new RegExp(`${backendPassword}|-----BEGIN`));
    assert.deepEqual(await scene.legacy(), before);
    assert.deepEqual(await ourPods(), []);
    return error.message;
  }

  /** The plan, which a preview makes, too. */
  async function assertPlanBlocked(kind: BlockerKind, message: RegExp): Promise<void> {
    const before = await scene.legacy();
    const { blockers } = await planIn(scene.request);
    assert.match(blockers.find((blocker) => blocker.kind === kind)?.message ?? "not blocked", message);
    assert.deepEqual(await scene.legacy(), before);
  }

  async function ourPods(): Promise<(string | undefined)[]> {
    const labelSelector = "app.kubernetes.io/managed-by=trident-etcd";
    const pods = await scene.cluster.core.listNamespacedPod({ namespace, labelSelector });
    return pods.items.map((pod) => pod.metadata?.name);
  }

  async function replaceSecret(change: Record<string, Buffer | undefined> | undefined): Promise<void> {
    const secrets = await scene.cluster.core.listNamespacedSecret({ namespace });
    if (secrets.items.some((secret) => secret.metadata?.name === clientSecret)) {
      await scene.cluster.core.deleteNamespacedSecret({ namespace, name: clientSecret });
    }
    if (change !== undefined) await createClientSecret(scene.cluster, namespace, scene.destination, change);
  }

  /** A rollout that is paused: the Deployment says something else than what its pod runs with. */
  async function changePausedTemplate(op: string, path: string, value: string): Promise<void> {
    await scene.cluster.apps.patchNamespacedDeployment(
      {
        namespace,
        name: "trident",
        body: [
          { op: "add", path: "/spec/paused", value: true },
          { op, path, value },
        ],
      },
      setHeaderOptions("Content-Type", PatchStrategy.JsonPatch),
    );
  }
});
