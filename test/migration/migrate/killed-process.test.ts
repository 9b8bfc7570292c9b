import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";
import { legacyDeployment } from "../trident/legacy/legacy-deployment.ts";
import type { EtcdAccess, MigrationProcessInput } from "./migration-process.ts";

const keys = 300;
const program = fileURLToPath(new URL("migration-process.ts", import.meta.url));
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const podPath = "/api/v1/namespaces/trident/pods/trident-1";
const recordPath = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";
const leasePath = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";

describe("a migration whose process is killed", () => {
  let source: EtcdProcess;
  let destination: EtcdProcess;
  let kubernetes: FakeKubernetes;
  let snapshotDirectory: string;

  before(async () => {
    [source, destination] = await Promise.all([startEtcd(), startEtcd()]);
  });
  after(() => Promise.all([source.stop(), destination.stop()]));

  beforeEach(async () => {
    snapshotDirectory = await mkdtemp(join(tmpdir(), "snapshots-"));
    kubernetes = await startFakeKubernetes();
    kubernetes.controller = (path) => {
      if (path === deploymentPath) runPods();
    };
    kubernetes.objects.set("/api/v1/namespaces/trident", { metadata: { name: "trident" } });
    kubernetes.objects.set(deploymentPath, legacyDeployment() as unknown as FakeObject);
    kubernetes.objects.set(recordPath, { metadata: { name: "trident-etcd-migration", uid: "uid-record" } });
    runPods();
    await Promise.all(Array.from({ length: keys }, (_, index) => putVolume(index, "old")));
  });
  afterEach(async () => {
    await Promise.all([source, destination].map(({ client }) => client.delete().prefix("/trident/")));
    await kubernetes.stop();
    await rm(snapshotDirectory, { recursive: true, force: true });
  });

  for (const line of [
    "Copying while the old Trident serves",
    "Copied all",
    "Verified: all",
    "Stopping the old Trident",
    "Starting its etcd alone",
    "Saved a snapshot",
    "Carried over",
    "Verified again",
    "Deleted the old Deployment",
  ]) {
    it(`at "${line}" is finished by the next one, which waits for the Lease to expire`, async () => {
      await run(line);
      if (isServing()) {
        await putVolume(3, "new");
        await putVolume(5000, "added");
        await source.client.delete().key(volume(7));
      }

      await run();

      assert.deepEqual(await entriesOf(destination), await entriesOf(source));
      assert.ok((await entriesOf(source)).length >= keys);
      assert.ok(!kubernetes.objects.has(deploymentPath));
      assertLeaseIsGone(line);
      const { data } = kubernetes.objects.get(recordPath) as { data?: Record<string, string> };
      assert.equal(data?.phase, "copied");
      const { snapshot } = JSON.parse(data.result ?? "") as { snapshot: string };
      assert.ok((await readdir(snapshotDirectory)).some((name) => snapshot.endsWith(name)));
    });
  }

  /** To its end, or until it prints the line. */
  async function run(killAt?: string): Promise<void> {
    const input: MigrationProcessInput = {
      kubeconfig: kubernetes.kubeconfig,
      snapshotDirectory,
      leaseSeconds: 2,
      source: accessTo(source),
      destination: accessTo(destination),
    };
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "pipe"] });
    const exited = once(child, "exit");
    let printed = "";
    child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.stdin.end(JSON.stringify(input));
    let reached = false;
    for await (const line of createInterface(child.stdout)) {
      printed += `${line}\n`;
      if (killAt === undefined || !line.includes(killAt)) continue;
      reached = true;
      child.kill("SIGKILL");
    }
    const [code] = (await exited) as [number | null];
    assert.equal(reached, killAt !== undefined, printed);
    if (killAt === undefined) assert.equal(code, 0, printed);
  }

  /** After one that was killed with all done nobody takes its Lease over: that goes with the record. */
  function assertLeaseIsGone(killedAt: string): void {
    const lease = kubernetes.objects.get(leasePath);
    if (lease === undefined) return;
    assert.equal(killedAt, "Deleted the old Deployment");
    assert.match(JSON.stringify(lease.metadata.ownerReferences), /"ConfigMap".*"trident-etcd-migration".*"uid-record"/);
  }

  function isServing(): boolean {
    return (kubernetes.objects.get(deploymentPath)?.spec as { replicas?: number } | undefined)?.replicas === 1;
  }

  /** What the Deployment's controllers and the kubelet do. */
  function runPods(): void {
    if (!isServing()) {
      kubernetes.objects.delete(podPath);
      return;
    }
    const metadata = { name: "trident-1", labels: { app: "trident.netapp.io" } };
    kubernetes.objects.set(podPath, { metadata, status: { phase: "Running" } });
  }

  async function putVolume(index: number, value: string): Promise<void> {
    await source.client.put(volume(index)).value(`${value} ${index}`);
  }
});

function volume(index: number): string {
  return `/trident/v1/volume/${10_000 + index}`;
}

async function entriesOf({ store }: EtcdProcess): Promise<string[]> {
  const { entries } = await store.range(prefixRange("/trident/"));
  return entries.map(({ key, value }) => `${key.toString()}=${value.toString()}`);
}

function accessTo({ port, tls }: EtcdProcess): EtcdAccess {
  return {
    port,
    serverName: tls.serverName,
    certificateAuthority: tls.certificateAuthority.toString(),
    certificate: tls.certificate.toString(),
    privateKey: tls.privateKey.toString(),
  };
}
