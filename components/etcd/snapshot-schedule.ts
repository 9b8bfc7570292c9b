import * as pulumi from "@pulumi/pulumi";
import { snapshotScript } from "@trident-etcd/migration/snapshot/schedule/snapshot-script.ts";
import { scheduledSnapshots } from "@trident-etcd/migration/snapshot/schedule/schedule-names.ts";

import { clusterChoice, type ClusterChoice } from "../cluster-of.ts";
import { createEtcdctlCronJob, type EtcdctlCronJobArgs, type ScheduledEtcdArgs } from "./etcdctl-cron-job.ts";
import { KeptClaim } from "./kept-claim.ts";

/** Which snapshots are saved while the etcd serves. */
export interface SnapshotSettings {
  /** Five cron fields, such as "17 * * * *", in the time zone of the cluster's controller-manager, which is UTC as a rule. */
  readonly schedule: pulumi.Input<string>;
  /**
   * So many of the newest stay, whatever their age; at least one.
   * @default 14
   */
  readonly keep?: pulumi.Input<number>;
  /**
   * And whatever is not older than so many days.
   * @default 30
   */
  readonly keepDays?: pulumi.Input<number>;
  /**
   * A PersistentVolumeClaim of yours to write to, which is there already.
   * @default one is made, `<clusterName>-snapshots`; it is never deleted
   */
  readonly claim?: pulumi.Input<string>;
  /**
   * How big such a one is made.
   * @default "10Gi"
   */
  readonly storageSize?: pulumi.Input<string>;
  /**
   * The StorageClass that it is made with; never one whose storage needs this etcd.
   * @default the cluster's default one
   */
  readonly storageClass?: pulumi.Input<string>;
  /**
   * Anything that was not said before, such as the time, to have the claim made again where somebody has deleted it.
   * @default it is made once
   */
  readonly makeClaimAgain?: pulumi.Input<string>;
  /** As for the CronJob. */
  readonly pod?: EtcdctlCronJobArgs["pod"];
}

export interface SnapshotScheduleArgs extends ClusterChoice, SnapshotSettings, ScheduledEtcdArgs {}

const mountPath = "/snapshots";
/** A snapshot of etcd's greatest database, 8 GiB, takes minutes. */
const deadlineSeconds = 3600;

/** Saves snapshots of an etcd onto a claim, by a CronJob with the etcd's own image. The claim and what is on it outlive it. */
export class SnapshotSchedule extends pulumi.ComponentResource {
  /** The claim's name. */
  readonly claim: pulumi.Output<string>;

  constructor(name: string, args: SnapshotScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, clusterName } = args;
    super("trident-etcd:index:SnapshotSchedule", name, { namespace, clusterName }, opts);

    this.claim = pulumi.output(args.claim ?? createClaim(this, name, args).claim);
    createEtcdctlCronJob(`${name}-cron-job`, cronJobArgs(args, this.claim), { parent: this });

    this.registerOutputs({ claim: this.claim });
  }
}

function createClaim(parent: SnapshotSchedule, name: string, args: SnapshotScheduleArgs): KeptClaim {
  const { component, objectName } = scheduledSnapshots(args.clusterName);
  const { namespace, storageSize: size = "10Gi", storageClass = "", makeClaimAgain: makeAgain = "" } = args;
  const place = { ...clusterChoice(args), namespace, claim: objectName };
  return new KeptClaim(`${name}-claim`, { ...place, size, storageClass, component, makeAgain }, { parent });
}

/** What its CronJob is made of. */
export function cronJobArgs(
  args: Omit<SnapshotScheduleArgs, "claim" | keyof ClusterChoice>,
  claimName: pulumi.Input<string>,
): EtcdctlCronJobArgs {
  const { namespace, clusterName, schedule, image, clientSecretName, pod, apis, userIsAssigned, keep, keepDays } = args;
  const { component, objectName } = scheduledSnapshots(clusterName);
  const script = pulumi
    .all([namespace, keep ?? 14, keepDays ?? 30])
    .apply(([its, count, days]) =>
      snapshotScript({ namespace: its, keep: count, keepDays: days, folder: mountPath, deadlineSeconds }),
    );
  return {
    ...{ namespace, jobName: objectName, component, schedule, script, image, clientSecretName, deadlineSeconds },
    endpoint: args.etcdClientEndpoint,
    claim: { claimName, mountPath },
    ...(pod === undefined ? {} : { pod }),
    ...(apis === undefined ? {} : { apis }),
    ...(userIsAssigned === undefined ? {} : { userIsAssigned }),
  };
}
