import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";

import { SnapshotSchedule, type SnapshotScheduleArgs } from "../../../components/etcd/snapshot-schedule.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, type Registrations } from "../registrations.ts";

const args: SnapshotScheduleArgs = {
  namespace: "storage",
  clusterName: "db",
  schedule: "17 * * * *",
  image: "quay.io/coreos/etcd:v3.4.22",
  etcdClientEndpoint: "https://db-client:2379",
  clientSecretName: "etcd-client-tls",
};

function registered(given: Partial<SnapshotScheduleArgs> = {}): Promise<Registrations> {
  return record(false, () => {
    new SnapshotSchedule("db-snapshots", { ...args, ...given });
  });
}

interface CronJob {
  metadata: { name: string };
  spec: {
    schedule: string;
    jobTemplate: { spec: { template: { spec: { containers: { command: string[] }[]; volumes: object[] } } } };
  };
}

function cronJobOf(registrations: Registrations) {
  const job = registrations.named("db-snapshots-cron-job").inputs as unknown as CronJob;
  const { containers, volumes } = job.spec.jobTemplate.spec.template.spec;
  return { job, script: containers[0]?.command[2] ?? "", claim: volumes.at(-1) };
}

describe("a schedule of snapshots", () => {
  it("has a claim of its own, which is made once and kept, and a CronJob that writes to it", async () => {
    const registrations = await registered({ kubeconfig: pulumi.secret("a token") });
    const claim = registrations.named("db-snapshots-claim");
    assertFreezesOnlyCalls(claim, "providers/claim-provider.ts");
    assert.ok(isSecret(claim.inputs.kubeconfig));
    const { namespace, claim: name, size, storageClass, makeAgain } = claim.inputs;
    assert.deepEqual([namespace, name, size, storageClass, makeAgain], ["storage", "db-snapshots", "10Gi", "", ""]);
    const { job, script, claim: mounted } = cronJobOf(registrations);
    assert.equal(job.metadata.name, "db-snapshots");
    assert.equal(job.spec.schedule, "17 * * * *");
    assert.deepEqual(mounted, { name: "claim", persistentVolumeClaim: { claimName: "db-snapshots" } });
    assert.match(script, /prefix='trident-etcd-storage-'\nkeep=14 keep_days=30 /);
  });

  it("uses somebody's claim, and keeps as many as are wanted", async () => {
    const registrations = await registered({ claim: "mine", keep: 3, keepDays: 7 });
    assert.ok(!registrations.all.some(({ name }) => name === "db-snapshots-claim"));
    const { script, claim } = cronJobOf(registrations);
    assert.deepEqual(claim, { name: "claim", persistentVolumeClaim: { claimName: "mine" } });
    assert.match(script, /keep=3 keep_days=7 /);
  });
});
