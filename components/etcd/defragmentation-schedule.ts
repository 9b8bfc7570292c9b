import * as pulumi from "@pulumi/pulumi";
import { defragmentationScript } from "@trident-etcd/migration/upkeep/defragmentation-script.ts";
import { scheduledDefragmentation } from "@trident-etcd/migration/upkeep/scheduled-defragmentation.ts";

import { createEtcdctlCronJob, type EtcdctlCronJobArgs, type ScheduledEtcdArgs } from "./etcdctl-cron-job.ts";

/** When members are defragmented for which it pays. */
export interface DefragmentationSettings {
  /** Five cron fields, such as "0 4 * * 0", in the time zone of the cluster's controller-manager, which is UTC as a rule. */
  readonly schedule: pulumi.Input<string>;
  /** As for the CronJob. */
  readonly pod?: EtcdctlCronJobArgs["pod"];
}

export interface DefragmentationScheduleArgs extends DefragmentationSettings, ScheduledEtcdArgs {}

/** Of each member a minute or two, and up to ten where its database is of the largest size. */
const deadlineSeconds = 3600;

/** A CronJob with the etcd's own image, which does what `trident-etcd defragment` does. */
export function createDefragmentationSchedule(
  name: string,
  args: DefragmentationScheduleArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const { namespace, clusterName, schedule, image, clientSecretName, etcdClientEndpoint, pod, apis, userIsAssigned } =
    args;
  const { objectName: jobName, component } = scheduledDefragmentation(clusterName);
  return createEtcdctlCronJob(
    name,
    {
      ...{ namespace, jobName, component, schedule, image, clientSecretName, deadlineSeconds },
      ...{ script: defragmentationScript(), endpoint: etcdClientEndpoint },
      ...(pod === undefined ? {} : { pod }),
      ...(apis === undefined ? {} : { apis }),
      ...(userIsAssigned === undefined ? {} : { userIsAssigned }),
    },
    opts,
  );
}
