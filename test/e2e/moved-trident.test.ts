import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { legacyTridentState } from "../../sandbox/legacy-trident/legacy-trident-state.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath, network } from "../../sandbox/sandbox-paths.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../certificate-authority.ts";
import { startEtcd, type EtcdProcess } from "../etcd-process.ts";
import { startUp } from "./running-up.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";
import { importTridentThatKeepsEnding, tridentThatKeepsEnding } from "./trident-that-keeps-ending.ts";

const kubeconfig = kubeconfigPath;
const { hostAddress } = network;
const namespace = "e2e-moved";
describe("a Trident that is moved from one etcd to another", () => {
  const cluster = connectSandbox();
  let authority: CertificateAuthority;
  let client: IssuedCertificate;
  let first: EtcdProcess;
  let second: EtcdProcess;
  let stack: TestStack;
  let lists: Awaited<ReturnType<typeof readTridentLists>>;
  let state: Map<string, string>;
  let firstId: string;
  let secondId: string;

  before(async () => {
    authority = await createAuthority("somebody's CA");
    client = await authority.issue({ commonName: "trident", usages: ["clientAuth"] });
    const alternativeNames = [`IP:${hostAddress}`];
    const serverCertificate = await authority.issue({ commonName: "somebody's etcd", alternativeNames });
    first = await startEtcd({ authority, serverCertificate, host: hostAddress });
    second = await startEtcd({ authority, serverCertificate, host: hostAddress });
    firstId = (await first.store.status()).clusterId;
    secondId = (await second.store.status()).clusterId;
    for (const { key, value } of legacyTridentState({ volumes: 200, backendPassword: "x" }).entries) {
      await first.client.put(key).value(value);
    }
    await importTridentThatKeepsEnding();
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-moved", { ...on(first), existingEtcdAdoptState: "true" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    lists = await tridentLists();
    assert.equal(lists.volumes.length, 200);
    state = await stateIn(first);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await Promise.all([first.stop(), second.stop()]);
    await authority.remove();
  });

  it("is not pointed at another etcd by its name alone: the plan says by which setting it is moved there", async () => {
    await stack.configure(on(second));
    const preview = await stack.preview();
    assert.ok(!preview.succeeded, preview.printed);
    assert.match(preview.printed, new RegExp(`pulumi config set movedFromEtcd ${firstId}`));
  });

  it("is told of in a preview, which changes nothing", async () => {
    const before = await objectsAround(cluster, namespace);
    await stack.configure({ movedFromEtcd: firstId });
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /move Trident from the etcd at https:\S+ to an existing etcd/);
    assert.match(preview.printed, /200 volumes/);
    assert.deepEqual(await objectsAround(cluster, namespace), before);
    assert.equal((await stateIn(second)).size, 0);
  });

  it("is put back where it was when it does not come to serve there, and nothing is left of the copy", async () => {
    await stack.configure({ tridentImage: tridentThatKeepsEnding });
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assert.match(
      up.printed,
      /does not serve the state that was copied.*The old Trident is serving again with its etcd/s,
    );
    assert.deepEqual(await tridentLists(), lists);
    assert.equal(await etcdOfTrident(), first.port);
    assert.deepEqual(await stateIn(first), state);
    assert.equal((await stateIn(second)).size, 0);
    await stack.command(["config", "rm", "tridentImage"]);
  });

  it("is finished by the next up when a run is killed once it has stopped Trident", async () => {
    await killInTheMidst(async () => (await replicas()) === 0);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await tridentLists(), lists);
    assert.equal(await etcdOfTrident(), second.port);
    assert.deepEqual(volumesOf(await stateIn(second)), volumesOf(state));
    assert.deepEqual(await stateIn(first), state);
    assert.deepEqual(await clientSecretNames(), [`etcd-client-tls-${firstId}`]);
    await isLeftAlone();
  });

  it("is moved from somebody's etcd to one of the stack's own", async () => {
    const [podBefore] = await podNames(cluster, namespace, "app=trident.netapp.io");
    for (const name of Object.keys(on(second)).filter((each) => each.startsWith("existingEtcd"))) {
      await stack.command(["config", "rm", name]);
    }
    await stack.command(["config", "rm", "existingEtcdAdoptState"]);
    await stack.configure({ etcdClusterSize: "1", movedFromEtcd: secondId });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const move = up.outputs.etcdMove?.value as { readonly keys: number; readonly outageSeconds: number };
    assert.equal(move.keys, state.size);
    assert.ok(move.outageSeconds > 0);
    assert.deepEqual(await tridentLists(), lists);
    assert.notDeepEqual(await podNames(cluster, namespace, "app=trident.netapp.io"), [podBefore]);
    assert.deepEqual(await clientSecretNames(), [`etcd-client-tls-${secondId}`]);
    await isLeftAlone();
  });

  it("is moved away from the stack's own; a run that is killed once Trident serves there takes nothing from what it has written since", async () => {
    await first.client.delete().prefix("/trident/");
    await stack.command(["config", "rm", "etcdClusterSize"]);
    await stack.configure(on(first));
    const refused = await stack.preview();
    const [, ownId = ""] = /pulumi config set movedFromEtcd (\d+)/.exec(refused.printed) ?? [];
    await stack.configure({ movedFromEtcd: ownId });
    await killInTheMidst(async () => (await etcdOfTrident()) === first.port);
    await eventually("Trident serves", async () => (await availableReplicas()) === 1);
    const late = { "/trident/v1/storageclass/late": JSON.stringify({ config: { version: "1", name: "late" } }) };
    for (const [key, value] of Object.entries(late)) await first.client.put(key).value(value);

    const up = await stack.up();

    assert.ok(up.succeeded, up.printed);
    assert.ok(
      (await readdir(stack.folder, { recursive: true })).some((file) => /trident-etcd-e2e-moved-.*\.db$/.test(file)),
    );
    assert.equal((await tridentLists()).volumes.length, 200);
    assert.equal(await etcdOfTrident(), first.port);
    const now = await stateIn(first);
    assert.deepEqual(volumesOf(now), volumesOf(state));
    assert.equal(now.get("/trident/v1/storageclass/late"), late["/trident/v1/storageclass/late"]);
    const objects = await objectsAround(cluster, namespace);
    assert.ok(!objects.some((each) => /^(EtcdCluster|Deployment\/etcd-operator)/.test(each)));
    await isLeftAlone();
  });

  function on(etcd: EtcdProcess): Record<string, string> {
    return {
      namespace,
      timeoutSeconds: "120",
      existingEtcdEndpoints: `https://${hostAddress}:${etcd.port}`,
      existingEtcdCaFile: authority.certificateFile,
      existingEtcdCertificateFile: client.certificateFile,
      existingEtcdKeyFile: client.privateKeyFile,
    };
  }

  /** Kills what the move runs in. That it may be over before is no matter: the tests look at what comes of it. */
  async function killInTheMidst(holds: () => Promise<boolean>): Promise<void> {
    const up = startUp(stack);
    await up
      .until(soon(holds))
      .then(() => up.killPlugin())
      .catch(() => undefined);
    await up.ended;
  }

  /** Looks more often than `eventually`: Trident is away for no more than seconds. */
  async function soon(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (!(await holds()) && Date.now() < deadline) await sleep(50);
  }

  /** As it is by now: nothing is to be done any more. */
  async function isLeftAlone(): Promise<void> {
    const again: Operation = await stack.up();
    assert.ok(again.succeeded, again.printed);
    assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
  }

  async function stateIn(etcd: EtcdProcess): Promise<Map<string, string>> {
    return new Map(Object.entries(await etcd.client.getAll().prefix("/trident/").strings()));
  }

  /** Trident writes its version and its node anew at each start. */
  function volumesOf(entries: Map<string, string>): Map<string, string> {
    return new Map([...entries].filter(([key]) => key.startsWith("/trident/v1/volume/")));
  }

  function tridentLists() {
    return readTridentLists({ kubeconfig, namespace });
  }

  async function replicas(): Promise<number | undefined> {
    return (await cluster.apps.readNamespacedDeployment({ name: "trident", namespace })).spec?.replicas;
  }

  async function availableReplicas(): Promise<number | undefined> {
    return (await cluster.apps.readNamespacedDeployment({ name: "trident", namespace })).status?.availableReplicas;
  }

  async function etcdOfTrident(): Promise<number> {
    const { spec } = await cluster.apps.readNamespacedDeployment({ name: "trident", namespace });
    const url = spec?.template.spec?.containers[0]?.args?.[1] ?? "";
    return Number(new URL(url).port);
  }

  async function clientSecretNames(): Promise<string[]> {
    const names = (await objectsAround(cluster, namespace)).filter((each) => each.startsWith("Secret/etcd-client-tls"));
    return names.map((each) => each.slice("Secret/".length));
  }
});
