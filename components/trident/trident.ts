import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { joinedBy, podPlacement } from "@trident-etcd/migration/kubernetes/pod-settings.ts";
import type { TridentPod } from "@trident-etcd/migration/trident/new/trident-pod.ts";
import type { ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { runtimeSeccomp } from "@trident-etcd/migration/kubernetes/seccomp.ts";

import { objectLabels } from "../labels.ts";
import { podInState, pullPolicyOf, secretValues } from "../pod-inputs.ts";
import { TridentAccount } from "./trident-account.ts";

type DeploymentSpec = kubernetes.types.input.apps.v1.DeploymentSpec;

/** What Trident's pods are made of. */
export interface TridentSpecArgs {
  /** Whom Trident runs as, with the permissions of TridentAccount. */
  readonly serviceAccountName: pulumi.Input<string>;
  /**
   * That account's uid: no API server takes the token of one that was deleted and made again, so Trident is started anew then.
   * @default it is left running
   */
  readonly serviceAccountUid?: pulumi.Input<string>;
  /**
   * Trident's image, with its tag or digest; 18.01 to 19.04.
   * @default "netapp/trident:19.04.0"
   */
  readonly image?: pulumi.Input<string>;
  /**
   * Whether Trident logs debug lines.
   * @default false
   */
  readonly debug?: pulumi.Input<boolean>;
  /** The URL of the etcd cluster. Trident takes only one. */
  readonly etcdClientEndpoint: pulumi.Input<string>;
  /** The Secret with {etcd-client.crt, etcd-client.key, etcd-client-ca.crt}; absent only for an http:// endpoint. */
  readonly clientSecretName?: pulumi.Input<string>;
  /** Any text that changes with the certificate in that Secret: Trident reads it only at its start, so it is started anew. */
  readonly clientCertificateVersion: pulumi.Input<string>;
  /** As for EtcdOperator. */
  readonly apis?: ClusterApis;
  /**
   * What its pod is given besides. The Secret for its etcd stays where Trident looks for it, whatever the volumes say.
   * @default nothing
   */
  readonly pod?: TridentPod;
  /**
   * How long to wait until Trident's API answers, in seconds.
   * @default 300
   */
  readonly timeoutSeconds?: number;
}

export interface TridentArgs extends Omit<TridentSpecArgs, "serviceAccountName"> {
  readonly namespace: pulumi.Input<string>;
  /**
   * As for `tridentSpec`.
   * @default that of a TridentAccount of its own
   */
  readonly serviceAccountName?: pulumi.Input<string>;
  /** The digest of the state that was migrated for this Trident. Its Deployment is made only after it is known. */
  readonly migratedStateDigest?: pulumi.Input<string>;
}

const containerName = "trident-main";
const selector = { app: "trident.netapp.io" };

/** The labels by which Trident's pods are known. */
export const tridentPods: Readonly<Record<string, string>> = selector;
const labels = { ...objectLabels("trident", "controller"), ...selector };

/**
 * Trident with an external etcd; ready once its own API lists backends, which it does only after it has read its state. Its
 * Deployment is made or changed after all that the component `dependsOn`.
 */
export class Trident extends pulumi.ComponentResource {
  /** Resolves once Trident's API answers. */
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: TridentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:Trident", name, asInState(args), opts);

    const spec = tridentSpec({ ...args, ...accountOf(this, name, args) });
    const deployment = createDeployment(this, name, args, spec, opts?.dependsOn);

    this.deploymentName = deployment.metadata.name;
    this.registerOutputs({ deploymentName: this.deploymentName });
  }
}

function asInState({ pod, ...others }: TridentArgs): pulumi.Inputs {
  return { ...others, ...(pod === undefined ? {} : { pod: podInState(pod) }) };
}

/**
 * What Trident's Deployment says, but for its name and what is noted on it. A migration that is given the same starts the pods
 * that the Deployment takes over as they run.
 */
export function tridentSpec(args: TridentSpecArgs): DeploymentSpec {
  return {
    replicas: 1,
    // Two Tridents on one state would each provision and delete volumes.
    strategy: { type: "Recreate" },
    progressDeadlineSeconds: args.timeoutSeconds ?? 300,
    selector: { matchLabels: selector },
    template: {
      metadata: {
        labels,
        annotations: { ...startedAnewWith(args), ...runtimeSeccomp(args.apis, containerName).annotations },
      },
      spec: {
        serviceAccountName: args.serviceAccountName,
        ...podPlacement(args.pod ?? {}),
        containers: [tridentContainer(args)],
        ...optionally("volumes", volumesOf(args)),
      },
    },
  };
}

/** Of its pods, the images and where they are pulled; as for `tridentSpec`. */
export function tridentImages(args: TridentSpecArgs): kubernetes.types.input.core.v1.PodSpec {
  const { name, image = "" } = tridentContainer(args);
  const { serviceAccountName, pod = {} } = args;
  return { serviceAccountName, ...podPlacement(pod), containers: [{ name, image, ...pullPolicyOf(pod) }] };
}

function accountOf(
  parent: Trident,
  name: string,
  { namespace, serviceAccountName, serviceAccountUid }: TridentArgs,
): Pick<TridentSpecArgs, "serviceAccountName" | "serviceAccountUid"> {
  if (serviceAccountName === undefined) return new TridentAccount(`${name}-account`, { namespace }, { parent });
  return { serviceAccountName, ...(serviceAccountUid === undefined ? {} : { serviceAccountUid }) };
}

/** What a pod has from its start, and keeps when it changes. */
function startedAnewWith({
  clientCertificateVersion,
  serviceAccountUid,
}: TridentSpecArgs): Record<string, pulumi.Input<string>> {
  return {
    "trident-etcd/client-certificate": clientCertificateVersion,
    ...(serviceAccountUid === undefined ? {} : { "trident-etcd/service-account": serviceAccountUid }),
  };
}

function createDeployment(
  parent: Trident,
  name: string,
  args: TridentArgs,
  spec: DeploymentSpec,
  dependsOn: pulumi.ComponentResourceOptions["dependsOn"] = [],
): kubernetes.apps.v1.Deployment {
  const timeout = `${args.timeoutSeconds ?? 300}s`;
  return new kubernetes.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { name: "trident", namespace: args.namespace, labels, annotations: migrationAnnotations(args) },
      spec,
    },
    { parent, dependsOn, customTimeouts: { create: timeout, update: timeout } },
  );
}

/** On the Deployment and not on its pods, so that a later change of the setting restarts nothing. */
function migrationAnnotations(args: TridentArgs): Record<string, pulumi.Input<string>> {
  return args.migratedStateDigest === undefined
    ? {}
    : { "trident-etcd/migrated-state-sha256": args.migratedStateDigest };
}

function tridentContainer(args: TridentSpecArgs): kubernetes.types.input.core.v1.Container {
  const askForBackends = { exec: { command: ["tridentctl", "-s", "127.0.0.1:8000", "get", "backend"] } };
  return {
    name: containerName,
    image: args.image ?? "netapp/trident:19.04.0",
    ...pullPolicyOf(args.pod),
    command: ["/usr/local/bin/trident_orchestrator"],
    args: pulumi
      .all([args.etcdClientEndpoint, args.debug ?? false])
      .apply(([endpoint, debug]) => [
        ...["-etcd_v3", endpoint, "-k8s_pod"],
        ...(debug ? ["-debug"] : []),
        ...(args.pod?.args ?? []),
      ]),
    // A Trident that could not read its state keeps running and answers every question with an error.
    readinessProbe: { ...askForBackends, periodSeconds: 5, timeoutSeconds: 10, failureThreshold: 3 },
    livenessProbe: {
      ...askForBackends,
      initialDelaySeconds: 120,
      periodSeconds: 120,
      timeoutSeconds: 90,
      failureThreshold: 2,
    },
    ...optionally("env", secretValues(args.pod?.env ?? [])),
    ...optionally("envFrom", args.pod?.envFrom ?? []),
    resources: args.pod?.resources ?? { requests: { cpu: "50m", memory: "64Mi" } },
    // As root it stays: Trident looks for its certificates below /root, which is nobody else's to enter.
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      ...runtimeSeccomp(args.apis, containerName).securityContext,
    },
    ...optionally("volumeMounts", joinedBy<VolumeMount>(args.pod?.volumeMounts, certificateMount(args), "mountPath")),
  };
}

type Volume = kubernetes.types.input.core.v1.Volume;
type VolumeMount = kubernetes.types.input.core.v1.VolumeMount;

const certificates = "etcd-client-tls";

function volumesOf({ clientSecretName, pod }: TridentSpecArgs): Volume[] {
  // Kubernetes' own words are both; only their types are another library's.
  const given = pod?.volumes as Volume[] | undefined;
  const secret =
    clientSecretName === undefined ? [] : [{ name: certificates, secret: { secretName: clientSecretName } }];
  return joinedBy<Volume>(given, secret, "name");
}

/** Where Trident looks for a client certificate by default. It would go on without TLS if it found none. */
function certificateMount({ clientSecretName }: TridentSpecArgs): VolumeMount[] {
  return clientSecretName === undefined ? [] : [{ name: certificates, mountPath: "/root/certs", readOnly: true }];
}

/** What is empty is left out, as it was before anything could be set there. */
function optionally<Name extends string, Item>(name: Name, items: Item[]): Partial<Record<Name, Item[]>> {
  return items.length === 0 ? {} : ({ [name]: items } as Partial<Record<Name, Item[]>>);
}
