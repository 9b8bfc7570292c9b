import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { newestApis, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { runtimeSeccomp } from "@trident-etcd/migration/kubernetes/seccomp.ts";
import { etcdOperatorRules } from "@trident-etcd/migration/permissions/etcd-operator-rules.ts";
import { joinedBy, podPlacement, type PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";

import { roleReference } from "../bound-role.ts";
import { createCrd, findCrd } from "./etcd-cluster-crd.ts";
import { objectLabels } from "../labels.ts";
import { podInState, pullPolicyOf, secretValues } from "../pod-inputs.ts";

export interface EtcdOperatorArgs {
  /** The namespace that the operator runs in and looks for EtcdClusters in. */
  readonly namespace: pulumi.Input<string>;
  /**
   * Whether it is to make claims for its members, as EtcdCluster's `storage` asks for.
   * @default false
   */
  readonly makesClaims?: boolean;
  /** The names of the Secrets with the client certificates by which it reaches the members. It can read no others. */
  readonly clientSecretNames: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Anything that changes whenever those certificates do, such as their expiry: the operator reads them only when it starts, and
   * is started anew.
   * @default it is left running
   */
  readonly clientCertificateVersion?: pulumi.Input<string>;
  /**
   * The operator's image, with its tag or digest.
   * @default "quay.io/coreos/etcd-operator:v0.9.4"
   */
  readonly image?: pulumi.Input<string>;
  /**
   * The number of the user that it runs as; "assigned" where the platform gives each namespace numbers of its own, as OpenShift
   * does.
   * @default 1000, the image's own
   */
  readonly userId?: number | "assigned";
  /**
   * Whether the CRD of EtcdCluster, which belongs to the whole cluster, is this component's to make and to change
   * ("own"), or somebody else's and used as it is ("existing"), and not even looked at where that may not be ("unseen"). It is never deleted with the component either way, since that would
   * delete every EtcdCluster of every namespace: CrdRemoval does so where it is safe.
   * @default "own"
   */
  readonly crd?: "own" | "existing" | "unseen";
  /**
   * What its pod is given besides.
   * @default nothing
   */
  readonly pod?: OperatorPod;
  /**
   * How the cluster takes what it is sent, as `clusterApis` finds it out; for one before Kubernetes 1.21.
   * @default as every Kubernetes from 1.21 on takes it
   */
  readonly apis?: ClusterApis;
  /**
   * How long to wait until it runs, in seconds.
   * @default 300
   */
  readonly timeoutSeconds?: number;
}

/** What the operator's pod can be given: where it runs and who pulls for it, variables and resources. */
export type OperatorPod = Omit<PodSettings, "volumes" | "volumeMounts" | "envFrom">;

const objectName = "etcd-operator";
const labels = objectLabels("etcd", "operator");
const selector = { name: objectName };

/** The labels by which the operator's pods are known. */
export const etcdOperatorPods: Readonly<Record<string, string>> = selector;

/** The etcd-operator of CoreOS (v0.9.4, its last release), and the CRD of EtcdCluster, which it acts on. */
export class EtcdOperator extends pulumi.ComponentResource {
  constructor(name: string, args: EtcdOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:EtcdOperator", name, asInState(args), opts);

    const { crd: whose = "own", apis = newestApis } = args;
    // Under the same name as if it were our own: Pulumi forgets that one without deleting it, should it be in the state.
    const definition = `${name}-definition`;
    const crd =
      whose === "unseen" ? [] : [(whose === "existing" ? findCrd : createCrd)(definition, apis, { parent: this })];
    const lock = createLeaderLock(this, name, args);
    const permissions = createPermissions(this, name, args, lock);
    createDeployment(this, name, args, permissions.serviceAccount, [...crd, permissions.binding]);

    this.registerOutputs({});
  }
}

/** A component's arguments are kept in the stack's state, where this one goes by the name that it had in older versions. */
function asInState({ crd, pod, ...others }: EtcdOperatorArgs): pulumi.Inputs {
  return {
    ...others,
    ...(crd === undefined ? {} : { definition: crd }),
    ...(pod === undefined ? {} : { pod: podInState(pod) }),
  };
}

/** The operator would make this object by itself, and nothing would ever remove it. */
function createLeaderLock(parent: EtcdOperator, name: string, args: EtcdOperatorArgs): kubernetes.core.v1.Endpoints {
  return new kubernetes.core.v1.Endpoints(
    `${name}-leader-lock`,
    { metadata: { name: objectName, namespace: args.namespace, labels } },
    { parent },
  );
}

function createPermissions(
  parent: EtcdOperator,
  name: string,
  args: EtcdOperatorArgs,
  lock: kubernetes.core.v1.Endpoints,
): { serviceAccount: kubernetes.core.v1.ServiceAccount; binding: pulumi.Resource } {
  const metadata = { name: objectName, namespace: args.namespace, labels };
  const serviceAccount = new kubernetes.core.v1.ServiceAccount(`${name}-service-account`, { metadata }, { parent });
  const role = new kubernetes.rbac.v1.Role(
    `${name}-role`,
    { metadata, rules: etcdOperatorRules(lock.metadata.name, args.clientSecretNames, args.makesClaims) },
    { parent },
  );
  const binding = new kubernetes.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata,
      roleRef: roleReference(role),
      subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace: args.namespace }],
    },
    { parent },
  );
  return { serviceAccount, binding };
}

function createDeployment(
  parent: EtcdOperator,
  name: string,
  args: EtcdOperatorArgs,
  serviceAccount: kubernetes.core.v1.ServiceAccount,
  dependsOn: pulumi.Resource[],
): kubernetes.apps.v1.Deployment {
  const { timeoutSeconds = 300 } = args;
  const { name: serviceAccountName, uid: serviceAccountUid } = serviceAccount.metadata;
  return new kubernetes.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { name: objectName, namespace: args.namespace, labels },
      spec: etcdOperatorSpec(args, { serviceAccountName, serviceAccountUid }),
    },
    { parent, dependsOn, customTimeouts: { create: `${timeoutSeconds}s`, update: `${timeoutSeconds}s` } },
  );
}

/** What the operator's Deployment says, but for its name. */
export function etcdOperatorSpec(
  args: Omit<EtcdOperatorArgs, "namespace" | "clientSecretNames" | "crd">,
  runsAs: { readonly serviceAccountName: pulumi.Input<string>; readonly serviceAccountUid: pulumi.Input<string> },
): kubernetes.types.input.apps.v1.DeploymentSpec {
  const { timeoutSeconds = 300, userId = 1000, clientCertificateVersion, apis = newestApis } = args;
  const seccomp = runtimeSeccomp(apis);
  return {
    replicas: 1,
    // Ready means leading: a second operator beside the first never gets ready, and a rolling update would wait for ever.
    strategy: { type: "Recreate" },
    progressDeadlineSeconds: timeoutSeconds,
    selector: { matchLabels: selector },
    template: {
      metadata: {
        labels: { ...labels, ...selector },
        // What it has from its start: no API server takes the token of an account that was deleted and made again.
        annotations: {
          "trident-etcd/service-account": runsAs.serviceAccountUid,
          ...(clientCertificateVersion === undefined
            ? {}
            : { "trident-etcd/client-certificate": clientCertificateVersion }),
          ...seccomp.annotations,
        },
      },
      spec: {
        serviceAccountName: runsAs.serviceAccountName,
        // The image names its user, but Kubernetes can only tell a number from root.
        securityContext: {
          runAsNonRoot: true,
          ...(userId === "assigned" ? {} : { runAsUser: userId }),
          ...seccomp.securityContext,
        },
        ...podPlacement(args.pod ?? {}),
        containers: [operatorContainer(args)],
        // Its logging library ends the process when it cannot write its files there.
        volumes: [{ name: "temporary", emptyDir: {} }],
      },
    },
  };
}

function operatorContainer({
  image,
  pod = {},
}: Pick<EtcdOperatorArgs, "image" | "pod">): kubernetes.types.input.core.v1.Container {
  return {
    name: objectName,
    image: image ?? "quay.io/coreos/etcd-operator:v0.9.4",
    ...pullPolicyOf(pod),
    command: ["etcd-operator"],
    args: ["-create-crd=false"],
    env: joinedBy<kubernetes.types.input.core.v1.EnvVar>(secretValues(pod.env ?? []), itself, "name"),
    ports: [{ name: "metrics", containerPort: 8080, protocol: "TCP" }],
    readinessProbe: { httpGet: { path: "/readyz", port: "metrics" }, periodSeconds: 2 },
    resources: pod.resources ?? { requests: { cpu: "50m", memory: "64Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [{ name: "temporary", mountPath: "/tmp" }],
  };
}

/** It can't do without. */
const itself = [
  { name: "MY_POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
  { name: "MY_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
];
