import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { cronJobApi, newestApis, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { forAMoment, unprivilegedContainer, unprivilegedPod } from "@trident-etcd/migration/kubernetes/helper-pod.ts";
import {
  podPlacement,
  type ContainerSettings,
  type PodPlacement,
} from "@trident-etcd/migration/kubernetes/pod-settings.ts";

import { objectLabels } from "../labels.ts";
import { pullPolicyOf } from "../pod-inputs.ts";

export interface EtcdctlCronJobArgs {
  readonly namespace: pulumi.Input<string>;
  /** The CronJob's name, and its part in the etcd, such as "snapshots": by `app.kubernetes.io/component` its pods are known. */
  readonly jobName: pulumi.Input<string>;
  readonly component: string;
  /** Five cron fields, in the time zone of the cluster's controller-manager, which is UTC as a rule. */
  readonly schedule: pulumi.Input<string>;
  /** For sh, as it is in etcd's image; it finds etcdctl set up by its environment, and may write to /tmp. */
  readonly script: pulumi.Input<string>;
  /** With etcdctl and a shell in it. */
  readonly image: pulumi.Input<string>;
  /** The URL that any member answers on. */
  readonly endpoint: pulumi.Input<string>;
  /** With etcd-client.crt, etcd-client.key and etcd-client-ca.crt. */
  readonly clientSecretName: pulumi.Input<string>;
  /** A claim to write to, and where it is mounted. */
  readonly claim?: { readonly claimName: pulumi.Input<string>; readonly mountPath: string };
  /** For the script; no place for secrets. */
  readonly env?: readonly { readonly name: string; readonly value: pulumi.Input<string> }[];
  /** After how many seconds a run is ended. */
  readonly deadlineSeconds: number;
  /**
   * Whether the platform gives each namespace numbers of users of its own, as OpenShift does.
   * @default false
   */
  readonly userIsAssigned?: boolean;
  /**
   * Where its pods run, who pulls for them, and what they take.
   * @default nothing
   */
  readonly pod?: PodPlacement & Pick<ContainerSettings, "imagePullPolicy" | "resources">;
  /** @default as every Kubernetes from 1.21 on takes it */
  readonly apis?: ClusterApis | undefined;
}

/** An etcd, for whatever is done to it by schedule. */
export interface ScheduledEtcdArgs
  extends Pick<EtcdctlCronJobArgs, "namespace" | "image" | "clientSecretName" | "userIsAssigned" | "apis"> {
  /** The EtcdCluster's name. */
  readonly clusterName: string;
  readonly etcdClientEndpoint: pulumi.Input<string>;
}

/** The label of all such pods, by which members let them in. */
export const etcdctlPods: Readonly<Record<string, string>> = { "trident-etcd/client": "etcdctl" };

const container = "etcdctl";
const certificates = "/etc/etcd-client-tls";
/** As many seconds a run may begin late, such as after the controller-manager was away. */
const mayBeLateSeconds = 3600;

/**
 * Runs a script with etcdctl now and then, one at a time, as nobody. What a run came to is what the script writes to
 * /dev/termination-log, or the end of its log: the pods of the last three of each outcome stay.
 */
export function createEtcdctlCronJob(
  name: string,
  args: EtcdctlCronJobArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const { CronJob } = kubernetes.batch[cronJobApi(args.apis ?? newestApis) === "batch/v1" ? "v1" : "v1beta1"];
  const labels = objectLabels("etcd", args.component);
  return new CronJob(
    name,
    {
      metadata: { name: args.jobName, namespace: args.namespace, labels },
      spec: {
        schedule: args.schedule,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: mayBeLateSeconds,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: { backoffLimit: 2, template: etcdctlPodTemplate(args) },
        },
      },
    },
    opts,
  );
}

/** Of the pods that it makes. */
export function etcdctlPodTemplate(args: EtcdctlCronJobArgs): kubernetes.types.input.core.v1.PodTemplateSpec {
  const { claim, pod = {}, userIsAssigned = false, deadlineSeconds, apis = newestApis } = args;
  const labels = { ...objectLabels("etcd", args.component), ...etcdctlPods };
  const { securityContext, annotations } = unprivilegedPod(userIsAssigned ? "openshift" : "kubernetes", apis);
  // So that it may write to a claim of whatever owner, where its storage lets Kubernetes see to that.
  const { runAsGroup } = securityContext;
  const group = claim === undefined || runAsGroup === undefined ? {} : { fsGroup: runAsGroup };
  return {
    metadata: { labels, annotations },
    spec: {
      ...forAMoment,
      ...podPlacement(pod),
      // The pod's own and not the Job's, which would delete it, with what it had to say.
      activeDeadlineSeconds: deadlineSeconds,
      securityContext: { ...plain(securityContext), ...group },
      containers: [scriptContainer(args)],
      volumes: [
        { name: "certificates", secret: { secretName: args.clientSecretName } },
        { name: "temporary", emptyDir: {} },
        ...(claim === undefined ? [] : [{ name: "claim", persistentVolumeClaim: { claimName: claim.claimName } }]),
      ],
    },
  };
}

function scriptContainer(args: EtcdctlCronJobArgs): kubernetes.types.input.core.v1.Container {
  const { image, script, endpoint, env = [], claim, pod = {} } = args;
  return {
    name: container,
    image,
    ...pullPolicyOf(pod),
    command: ["/bin/sh", "-c", script],
    env: [
      { name: "ETCDCTL_API", value: "3" },
      { name: "ETCDCTL_ENDPOINTS", value: endpoint },
      { name: "ETCDCTL_CACERT", value: `${certificates}/etcd-client-ca.crt` },
      { name: "ETCDCTL_CERT", value: `${certificates}/etcd-client.crt` },
      { name: "ETCDCTL_KEY", value: `${certificates}/etcd-client.key` },
      ...env,
    ],
    resources: pod.resources ?? { requests: { cpu: "10m", memory: "64Mi" } },
    ...unprivilegedContainer,
    volumeMounts: [
      { name: "certificates", mountPath: certificates, readOnly: true },
      { name: "temporary", mountPath: "/tmp" },
      ...(claim === undefined ? [] : [{ name: "claim", mountPath: claim.mountPath }]),
    ],
  };
}

/** Of a class of client-node's, as plain as Pulumi wants it. */
function plain(securityContext: object): kubernetes.types.input.core.v1.PodSecurityContext {
  return Object.fromEntries(Object.entries(securityContext));
}
