import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { BatchV1Api, setHeaderOptions, StorageV1Api, type V1CronJob } from "@kubernetes/client-node";
import { kubeconfigPath, repositoryRoot } from "../../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "../sandbox-cluster.ts";
import { keysOfSnapshot } from "../saved-snapshot.ts";

const namespace = "e2e-snapshot-schedule";
const name = "trident-etcd-snapshots";
const claim = `PersistentVolumeClaim/${name}`;
const settings = { namespace, trident: "false", etcdClusterSize: "1" };
const scheduled = {
  ...settings,
  ...{ snapshotSchedule: "0 3 1 1 *", snapshotKeep: "2", snapshotKeepDays: "0", snapshotStorageClass: "" },
};
/** A setting that was set stays so until it is set to another value. */
const unscheduled = { ...settings, snapshotSchedule: "", snapshotKeep: "14", snapshotKeepDays: "30" };
const mergePatch = "application/merge-patch+json";
const command = path.join(repositoryRoot, "migration/cli/trident-etcd.js");

describe("snapshots by schedule", () => {
  const cluster = connectSandbox();
  const batch = cluster.kubeconfig.makeApiClient(BatchV1Api);
  const storage = cluster.kubeconfig.makeApiClient(StorageV1Api);
  let stack: TestStack;

  const etcdctl = async (...words: string[]): Promise<string> => {
    const [member = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  };
  /** Not of members, which their operator makes otherwise. */
  const enforce = async (level: string | null): Promise<void> => {
    const labels = { "pod-security.kubernetes.io/enforce": level };
    const body = { metadata: { labels } };
    await cluster.core.patchNamespace({ name: namespace, body }, setHeaderOptions("Content-Type", mergePatch));
  };
  const cronJob = (): Promise<V1CronJob> => batch.readNamespacedCronJob({ namespace, name });

  /** What `kubectl create job --from` does; another script where that is given. Answers with the pod's last words. */
  async function runNow(job: string, script?: (text: string) => string): Promise<string> {
    const { metadata, spec } = await cronJob();
    const template = structuredClone(spec.jobTemplate.spec) ?? assert.fail("the CronJob has a template");
    const [container] = template.template.spec?.containers ?? [];
    assert.ok(container?.command?.[2] !== undefined);
    if (script !== undefined) {
      container.command[2] = script(container.command[2]);
      template.backoffLimit = 0;
    }
    const owner = { apiVersion: "batch/v1", kind: "CronJob", controller: true };
    const ownerReferences = [{ ...owner, name, uid: metadata?.uid ?? "" }];
    await batch.createNamespacedJob({ namespace, body: { metadata: { name: job, ownerReferences }, spec: template } });
    let words: string | undefined;
    await eventually(`job ${job} has ended`, async () => {
      const pods = await cluster.core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
      words = pods.items[0]?.status?.containerStatuses?.[0]?.state?.terminated?.message;
      return words !== undefined;
    });
    return words ?? "";
  }

  /** As a person calls it. */
  async function tridentEtcd(...words: string[]): Promise<Record<string, unknown>> {
    const env = { ...process.env, KUBECONFIG: kubeconfigPath };
    const place = ["--namespace", namespace, "--claim", name, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...words, ...place], { env });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async function onClaim(): Promise<string[]> {
    const { snapshots, partial } = await tridentEtcd("snapshot", "list");
    assert.deepEqual(partial, []);
    return (snapshots as { name: string }[]).map((each) => each.name);
  }

  before(async () => {
    await createNamespace(cluster, namespace);
    const provisioner = "netapp.io/trident";
    await storage.createStorageClass({ body: { metadata: { name: "of-trident" }, provisioner } });
    stack = await createTestStack("e2e-snapshot-schedule", settings);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await storage.deleteStorageClass({ name: "of-trident" });
  });

  it("are refused on storage that Trident itself provides, before anything is made", async () => {
    await stack.configure({ ...scheduled, trident: "true", snapshotStorageClass: "of-trident" });
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assert.match(
      up.printed,
      /StorageClass\/of-trident: The snapshots of etcd would be on storage that Trident itself provides/,
    );
    assert.deepEqual(await podNames(cluster, namespace, ""), []);
  });

  it("are saved onto a claim that is made, where the Pod Security Standard is restricted", async () => {
    await stack.configure(scheduled);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(
      up.printed,
      /by schedule \(0 3 1 1 \*\) onto PersistentVolumeClaim trident-etcd-snapshots, to be made/,
    );
    await etcdctl("put", "/app/one", "1");
    await enforce("restricted");
    const words = JSON.parse(await runNow("first")) as Record<string, unknown>;
    assert.match(String(words.file), /^trident-etcd-e2e-snapshot-schedule-\d{4}-\d\d-\d\dT\d{6}Z\.db$/);
    assert.deepEqual(await onClaim(), [words.file]);
    await enforce(null);
  });

  it("are told of by the plan and by an output, and an up without changes leaves all as it is", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    const [file] = await onClaim();
    const last = up.outputs.lastSnapshot?.value as { name: string; revision: string };
    assert.equal(last.name, file);
    assert.ok(up.printed.includes(`${file ?? ""}, `) && up.printed.includes(`revision ${last.revision}`), up.printed);
  });

  it("are as many as are wanted, each one checked and fetched as it was saved", async () => {
    await etcdctl("put", "/app/two", "2");
    await runNow("second");
    await etcdctl("put", "/app/three", "3");
    await runNow("third");
    const names = await onClaim();
    assert.equal(names.length, 2);
    const checked = await tridentEtcd("snapshot", "check");
    assert.deepEqual(
      (checked.snapshots as { usable: boolean }[]).map(({ usable }) => usable),
      [true, true],
    );
    const fetched = await tridentEtcd("snapshot", "fetch", names.at(-1) ?? "", "--directory", stack.folder);
    const keys = await keysOfSnapshot(String(fetched.path));
    assert.deepEqual([...keys.keys()].sort(), ["/app/one", "/app/three", "/app/two"]);
  });

  it("that could not be written leave nothing, and the plan says why", async () => {
    const before = await onClaim();
    const words = await runNow("full", (text) => `ulimit -f 8\n${text}`);
    assert.match(words, /"error":"no member of the etcd gave a snapshot: /);
    assert.deepEqual(await onClaim(), before);
    const preview = await stack.preview();
    assert.match(
      preview.printed,
      /No snapshot of etcd was saved at .*The last run failed: no member of the etcd gave a snapshot/,
    );
  });

  it("change their times and how many stay without being made anew", async () => {
    const { uid } = (await cronJob()).metadata ?? {};
    await stack.configure({ ...scheduled, snapshotSchedule: "*/5 * * * *", snapshotKeep: "1" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.equal((await cronJob()).metadata?.uid, uid);
    assert.equal((await cronJob()).spec.schedule, "*/5 * * * *");
    await runNow("fewer");
    assert.equal((await onClaim()).length, 1);
  });

  it("stay when there is no schedule any more", async () => {
    await stack.configure(unscheduled);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(
      up.printed,
      /none by schedule; PersistentVolumeClaim trident-etcd-snapshots stays, with those of before/,
    );
    assert.deepEqual((await batch.listNamespacedCronJob({ namespace })).items, []);
    assert.equal((await onClaim()).length, 1);
  });

  it("stay after a destroy, which says so, and a new stack goes on with them", async () => {
    await stack.configure(scheduled);
    assert.ok((await stack.up()).succeeded);
    const names = await onClaim();
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    assert.match(destroy.printed, /PersistentVolumeClaim trident-etcd-snapshots, with the snapshots of etcd/);
    assert.ok((await objectsAround(cluster, namespace)).includes(claim));
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await onClaim(), names);
    await runNow("anew");
    assert.ok((await onClaim()).includes(names[0] ?? ""), "the newest of before is among the two that stay");
  });
});
