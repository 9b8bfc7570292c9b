import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { objectLabels } from "./labels.ts";
import { tridentRules } from "./trident-permissions.ts";

export interface TridentArgs {
  readonly namespace: pulumi.Input<string>;
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
  /** The Secret with {etcd-client.crt, etcd-client.key, etcd-client-ca.crt}. */
  readonly clientSecretName: pulumi.Input<string>;
  /** Any text that changes with the certificate in that Secret: Trident reads it only at its start, so it is started anew. */
  readonly clientCertificateVersion: pulumi.Input<string>;
  /** The digest of the state that was migrated for this Trident. Trident starts only after it is known. */
  readonly migratedStateDigest?: pulumi.Input<string>;
  /**
   * How long to wait until Trident's API answers, in seconds.
   * @default 300
   */
  readonly timeoutSeconds?: number;
}

/** Trident with an external etcd; ready once its own API lists backends, which it does only after it has read its state. */
export class Trident extends pulumi.ComponentResource {
  /** Resolves once Trident's API answers. */
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: TridentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:Trident", name, args, opts);

    const permissions = createPermissions(this, name, args);
    const deployment = createDeployment(this, name, args, permissions);

    this.deploymentName = deployment.metadata.name;
    this.registerOutputs({ deploymentName: this.deploymentName });
  }
}

interface Permissions {
  readonly serviceAccountName: pulumi.Output<string>;
  readonly binding: pulumi.Resource;
}

/** Under names of their own: those of a Trident with its embedded etcd, `trident`, may still be there and are not ours. */
function createPermissions(parent: Trident, name: string, args: TridentArgs): Permissions {
  const labels = objectLabels("trident", "permissions");
  const clusterWide = { name: pulumi.interpolate`trident-external-etcd-${args.namespace}`, labels };
  const serviceAccount = new kubernetes.core.v1.ServiceAccount(
    `${name}-service-account`,
    { metadata: { name: "trident-external-etcd", namespace: args.namespace, labels } },
    { parent },
  );
  const role = new kubernetes.rbac.v1.ClusterRole(
    `${name}-cluster-role`,
    { metadata: clusterWide, rules: tridentRules },
    { parent },
  );
  const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
    `${name}-cluster-role-binding`,
    {
      metadata: clusterWide,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace: args.namespace }],
    },
    { parent },
  );
  return { serviceAccountName: serviceAccount.metadata.name, binding };
}

function createDeployment(
  parent: Trident,
  name: string,
  args: TridentArgs,
  permissions: Permissions,
): kubernetes.apps.v1.Deployment {
  const timeoutSeconds = args.timeoutSeconds ?? 300;
  const selector = { app: "trident.netapp.io" };
  const labels = objectLabels("trident", "controller");
  return new kubernetes.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: {
        name: "trident",
        namespace: args.namespace,
        labels: { ...labels, ...selector },
        annotations: migrationAnnotations(args),
      },
      spec: {
        replicas: 1,
        // Two Tridents on one state would each provision and delete volumes.
        strategy: { type: "Recreate" },
        progressDeadlineSeconds: timeoutSeconds,
        selector: { matchLabels: selector },
        template: {
          metadata: {
            labels: { ...labels, ...selector },
            annotations: { "trident-etcd/client-certificate": args.clientCertificateVersion },
          },
          spec: {
            serviceAccountName: permissions.serviceAccountName,
            containers: [tridentContainer(args)],
            volumes: [{ name: "etcd-client-tls", secret: { secretName: args.clientSecretName } }],
          },
        },
      },
    },
    {
      parent,
      dependsOn: [permissions.binding],
      customTimeouts: { create: `${timeoutSeconds}s`, update: `${timeoutSeconds}s` },
    },
  );
}

/** On the Deployment and not on its pods, so that a later change of the setting restarts nothing. */
function migrationAnnotations(args: TridentArgs): Record<string, pulumi.Input<string>> {
  return args.migratedStateDigest === undefined
    ? {}
    : { "trident-etcd/migrated-state-sha256": args.migratedStateDigest };
}

function tridentContainer(args: TridentArgs): kubernetes.types.input.core.v1.Container {
  const askForBackends = { exec: { command: ["tridentctl", "-s", "127.0.0.1:8000", "get", "backend"] } };
  return {
    name: "trident-main",
    image: args.image ?? "netapp/trident:19.04.0",
    command: ["/usr/local/bin/trident_orchestrator"],
    args: pulumi
      .all([args.etcdClientEndpoint, args.debug ?? false])
      .apply(([endpoint, debug]) => ["-etcd_v3", endpoint, "-k8s_pod", ...(debug ? ["-debug"] : [])]),
    // A Trident that could not read its state keeps running and answers every question with an error.
    readinessProbe: { ...askForBackends, periodSeconds: 5, timeoutSeconds: 10, failureThreshold: 3 },
    livenessProbe: {
      ...askForBackends,
      initialDelaySeconds: 120,
      periodSeconds: 120,
      timeoutSeconds: 90,
      failureThreshold: 2,
    },
    resources: { requests: { cpu: "50m", memory: "64Mi" } },
    // Where Trident looks for a client certificate by default. It would go on without TLS if it found none.
    volumeMounts: [{ name: "etcd-client-tls", mountPath: "/root/certs", readOnly: true }],
  };
}
