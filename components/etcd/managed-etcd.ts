import * as pulumi from "@pulumi/pulumi";
import type { EtcdClusterAddress } from "@trident-etcd/migration/connect/etcd-address.ts";

import { BroughtEtcdTls } from "./brought-etcd-tls.ts";
import { certificateVersion } from "./certificate-version.ts";
import { clusterChoice } from "../cluster-of.ts";
import { CrdRemoval } from "../destroy/crd-removal.ts";
import type { DestroyStepArgs } from "../destroy/destroy-step.ts";
import { EtcdCluster, type EtcdClusterArgs } from "./etcd-cluster.ts";
import { EtcdOperator, type EtcdOperatorArgs, type OperatorPod } from "./etcd-operator.ts";
import type { CertificateWithKey, EtcdCertificates } from "./etcd-secrets.ts";
import { EtcdTls, type CertificateExpiry, type EtcdTlsArgs } from "./etcd-tls.ts";
import { FinalSnapshot, FinalSnapshotTrial, type FinalSnapshotArgs } from "../destroy/final-snapshot.ts";
import { createSchedules, scheduledPods, type EtcdSchedules, type ScheduledEtcd } from "./etcd-schedules.ts";
import { MembersGone } from "../destroy/members-gone.ts";

export interface ManagedEtcdArgs extends DestroyStepArgs, EtcdSchedules, Omit<EtcdClusterArgs, "clusterName" | "tls"> {
  /**
   * The name of the EtcdCluster; clients reach its members by the Service `<clusterName>-client`.
   * @default the component's name
   */
  readonly clusterName?: string;
  /** Either whom certificates are to name, which are issued here then, or certificates that were issued elsewhere. */
  readonly certificates: GeneratedCertificates | EtcdCertificates;
  /**
   * The name of the Secret for clients.
   * @default "etcd-client-tls"
   */
  readonly clientSecretName?: string;
  /**
   * The operator's image, with its tag or digest.
   * @default "quay.io/coreos/etcd-operator:v0.9.4"
   */
  readonly operatorImage?: pulumi.Input<string>;
  /**
   * As `pod` for EtcdOperator.
   * @default nothing
   */
  readonly operatorPod?: OperatorPod;
  /**
   * As for EtcdOperator.
   * @default "own"
   */
  readonly crd?: EtcdOperatorArgs["crd"];
  /**
   * The folder on this machine for the snapshot that is saved before the etcd is deleted. It holds the application's secrets; none
   * is saved for "".
   * @default "snapshots"
   */
  readonly snapshotDirectory?: pulumi.Input<string>;
  /**
   * A ConfigMap whose `etcdClusterId` is the decimal id of the etcd cluster that this is: of another one no last snapshot is taken for
   * it, and nothing is deleted.
   * @default none
   */
  readonly record?: pulumi.Input<string>;
  /**
   * The commands by which users of your program do what an error of a destroy tells them to.
   * @default the errors name the arguments
   */
  readonly advice?: FinalSnapshotArgs["advice"];
  /**
   * Names of its parts in the stack, where they are to be other ones: a stack that has had them one by one goes on with these.
   * @default `<name>-tls` and so on, and `<name>` of the cluster
   */
  readonly partNames?: Partial<PartNames>;
}

export type GeneratedCertificates = Omit<EtcdTlsArgs, "namespace" | "clusterName" | "clientSecretName">;

export interface PartNames {
  readonly tls: string;
  readonly operator: string;
  readonly cluster: string;
  readonly crdRemoval: string;
  readonly membersGone: string;
  readonly finalSnapshot: string;
  readonly finalSnapshotTrial: string;
  readonly snapshotSchedule: string;
  readonly defragmentationSchedule: string;
}

/**
 * An etcd of an application's own, with all that belongs to it: certificates, the operator, the members, and what a destroy does
 * besides deleting these. One a namespace.
 *
 * What uses the etcd is to have one of its outputs among its inputs, or `dependsOn` it: a destroy then removes that first, saves a
 * last snapshot once nothing writes any more, and deletes the EtcdCluster, its members, the operator, the certificates and, if nobody else
 * uses it, the CRD of EtcdCluster, in this order. Where no snapshot can be had the destroy ends with an error and the etcd stands.
 *
 * Its parts stand beside it in the stack, not below it, and have the URNs that they would have without it.
 */
export class ManagedEtcd extends pulumi.ComponentResource {
  /** The EtcdCluster's name. This and all else resolves once all members are ready and the last snapshot is provided for. */
  readonly clusterName: pulumi.Output<string>;
  /** The URL for clients in the same namespace. */
  readonly etcdClientEndpoint: pulumi.Output<string>;
  /** The members' names (those of their pods) when the cluster was last changed or refreshed. */
  readonly members: pulumi.Output<string[]>;
  /** The Secret for clients: etcd-client.crt, etcd-client.key, etcd-client-ca.crt. */
  readonly clientSecretName: pulumi.Output<string>;
  /** Changes with the client's certificate: for an annotation of pods that read it only at their start. */
  readonly clientCertificateVersion: pulumi.Output<string>;
  readonly certificateExpiry: pulumi.Output<CertificateExpiry>;
  /** For EtcdCopy. */
  readonly address: pulumi.Output<EtcdClusterAddress>;
  readonly #trials: FinalSnapshotTrial[] = [];
  readonly #trial: TrialPlan;

  constructor(name: string, args: ManagedEtcdArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { namespace, clusterName = name } = args;
    super("trident-etcd:index:ManagedEtcd", name, { namespace, clusterName }, opts);

    const parts = { args, clusterName, names: partNames(name, args.partNames), beside: besideOptions(opts) };
    const { tls, clientCertificateVersion } = createTls(parts);
    const operator = createOperator(parts, tls, clientCertificateVersion);
    // The members, with what protects them.
    const cluster = createCluster(parts, tls, operator);
    const snapshot = snapshotArgs(args, cluster, tls);
    const finalSnapshot = createFinalSnapshot(this, parts, snapshot);
    createSchedules(this, parts.names, args, scheduledEtcd(parts, cluster, tls));

    // What uses any of it is to be gone before the last snapshot.
    const guarded = <T>(value: pulumi.Output<T>) =>
      pulumi.all([value, finalSnapshot.id]).apply(([known]) => known as T);
    this.clusterName = guarded(cluster.clusterName);
    this.etcdClientEndpoint = guarded(cluster.etcdClientEndpoint);
    this.members = guarded(cluster.members);
    this.clientSecretName = guarded(tls.clientSecretName);
    this.clientCertificateVersion = guarded(clientCertificateVersion);
    this.certificateExpiry = tls.expiry;
    this.address = pulumi
      .all([namespace, this.clusterName, this.clientSecretName])
      .apply(([place, etcdCluster, clientSecret]) => ({ namespace: place, etcdCluster, clientSecret }));
    const afterAll = pulumi.mergeOptions(stepOptions(opts), { dependsOn: [cluster] });
    this.#trial = { name: parts.names.finalSnapshotTrial, args: snapshot, opts: afterAll };

    this.registerOutputs({
      clusterName: this.clusterName,
      etcdClientEndpoint: this.etcdClientEndpoint,
      members: this.members,
      clientSecretName: this.clientSecretName,
      certificateExpiry: this.certificateExpiry,
    });
  }

  /**
   * Has a destroy try whether the last snapshot can be saved before it deletes any of these, so that one that would have to stop
   * does not begin. May be called several times. Answers with that trial, for what is to be removed before even it.
   */
  usedBy(...users: pulumi.Resource[]): pulumi.Resource {
    const { name, args, opts } = this.#trial;
    const number = this.#trials.length + 1;
    // Each trial after the first is removed before those, so that the last one comes before all users.
    const after = pulumi.mergeOptions(opts, { dependsOn: [...users, ...this.#trials] });
    const trial = new FinalSnapshotTrial(number === 1 ? name : `${name}-${number}`, args, after);
    this.#trials.push(trial);
    return trial;
  }
}

interface TrialPlan {
  readonly name: string;
  readonly args: FinalSnapshotArgs;
  readonly opts: pulumi.CustomResourceOptions;
}

/** What all parts are made of. */
interface Parts {
  readonly args: ManagedEtcdArgs;
  readonly clusterName: string;
  readonly names: PartNames;
  readonly beside: pulumi.ComponentResourceOptions;
}

function partNames(name: string, given: Partial<PartNames> = {}): PartNames {
  return {
    tls: `${name}-tls`,
    operator: `${name}-operator`,
    cluster: name,
    crdRemoval: `${name}-definition-removal`,
    membersGone: `${name}-members-gone`,
    finalSnapshot: `${name}-final-snapshot`,
    finalSnapshotTrial: `${name}-final-snapshot-trial`,
    snapshotSchedule: `${name}-snapshots`,
    defragmentationSchedule: `${name}-defragmentation`,
    ...given,
  };
}

// Below the component they would get other URNs. Pulumi finds a child of something that has moved only during the one update that
// moves it: whatever a first update that ends halfway leaves behind would be made anew, and the old one, the same object, deleted.
function besideOptions(opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
  return without(opts, ["aliases"]);
}

/** Of a step, which is none of Kubernetes' resources. */
function stepOptions({ parent, dependsOn }: pulumi.ComponentResourceOptions): pulumi.CustomResourceOptions {
  return { ...(parent === undefined ? {} : { parent }), ...(dependsOn === undefined ? {} : { dependsOn }) };
}

function createTls({ args, clusterName, names, beside }: Parts): {
  readonly tls: EtcdTls | BroughtEtcdTls;
  readonly clientCertificateVersion: pulumi.Output<string>;
} {
  const { namespace, certificates, clientSecretName } = args;
  const place = { namespace, ...(clientSecretName === undefined ? {} : { clientSecretName }) };
  if (isBrought(certificates)) {
    const tls = new BroughtEtcdTls(names.tls, { ...place, certificates }, beside);
    return { tls, clientCertificateVersion: versionOf(certificates.client) };
  }
  const tls = new EtcdTls(names.tls, { ...certificates, ...place, clusterName }, beside);
  return { tls, clientCertificateVersion: tls.expiry.client };
}

function isBrought(certificates: GeneratedCertificates | EtcdCertificates): certificates is EtcdCertificates {
  return "server" in certificates;
}

/** Certificates are no secrets, even where they were given as such. */
function versionOf({ certificate, authority }: CertificateWithKey): pulumi.Output<string> {
  return pulumi
    .unsecret(pulumi.all([certificate, authority]))
    .apply(([own, issuer]) => certificateVersion({ certificate: own, certificateAuthority: issuer }));
}

function createOperator(
  { args, names, beside }: Parts,
  tls: EtcdTls | BroughtEtcdTls,
  clientCertificateVersion: pulumi.Output<string>,
): EtcdOperator {
  const { namespace, operatorImage, operatorPod, userId, crd, apis, storage, timeoutSeconds = 300 } = args;
  const crdRemoval = new CrdRemoval(names.crdRemoval, { ...clusterChoice(args), timeoutSeconds }, stepOptions(beside));
  return new EtcdOperator(
    names.operator,
    {
      namespace,
      clientSecretNames: [tls.clientSecretName],
      clientCertificateVersion,
      ...(operatorImage === undefined ? {} : { image: operatorImage }),
      ...(operatorPod === undefined ? {} : { pod: operatorPod }),
      ...(userId === undefined ? {} : { userId }),
      ...(storage === undefined ? {} : { makesClaims: true }),
      ...(crd === undefined ? {} : { crd }),
      ...(apis === undefined ? {} : { apis }),
      timeoutSeconds,
    },
    pulumi.mergeOptions(beside, { dependsOn: [crdRemoval] }),
  );
}

function createCluster(
  { args, clusterName, names, beside }: Parts,
  tls: EtcdTls | BroughtEtcdTls,
  operator: EtcdOperator,
): EtcdCluster {
  const { namespace, timeoutSeconds = 300, clients = [] } = args;
  const scheduled = scheduledPods(args);
  const membersGone = new MembersGone(
    names.membersGone,
    { ...clusterChoice(args), namespace, etcdCluster: clusterName, timeoutSeconds },
    pulumi.mergeOptions(stepOptions(beside), { dependsOn: [tls, operator] }),
  );
  return new EtcdCluster(
    names.cluster,
    // The engine keeps a component's arguments: no key and no kubeconfig is to be among them.
    {
      ...without(args, notTheClusters),
      ...(scheduled.length === 0 ? {} : { clients: [...clients, ...scheduled] }),
      ...{ clusterName, tls },
    },
    pulumi.mergeOptions(beside, { dependsOn: [operator, membersGone] }),
  );
}

const notTheClusters = [
  "kubeconfig",
  "context",
  "clusterUid",
  "certificates",
  "clientSecretName",
  "operatorImage",
  "operatorPod",
  "crd",
  "snapshotDirectory",
  "snapshots",
  "defragmentation",
  "record",
  "advice",
  "partNames",
] as const satisfies readonly (keyof ManagedEtcdArgs)[];

function snapshotArgs(args: ManagedEtcdArgs, cluster: EtcdCluster, tls: EtcdTls | BroughtEtcdTls): FinalSnapshotArgs {
  return {
    ...clusterChoice(args),
    namespace: args.namespace,
    etcdCluster: cluster.clusterName,
    clientSecret: tls.clientSecretName,
    snapshotDirectory: args.snapshotDirectory ?? "snapshots",
    ...(args.record === undefined ? {} : { record: args.record }),
    ...(args.advice === undefined ? {} : { advice: args.advice }),
  };
}

/** Below the component, so that whatever `dependsOn` that is removed before the snapshot. */
function createFinalSnapshot(parent: ManagedEtcd, { names, beside }: Parts, args: FinalSnapshotArgs): FinalSnapshot {
  const formerParent = beside.parent ?? pulumi.rootStackResource;
  return new FinalSnapshot(names.finalSnapshot, args, { parent, aliases: [{ parent: formerParent }] });
}

function scheduledEtcd(
  { args, clusterName }: Parts,
  cluster: EtcdCluster,
  tls: EtcdTls | BroughtEtcdTls,
): ScheduledEtcd {
  const { etcdClientEndpoint } = cluster;
  return { ...args, clusterName, etcdClientEndpoint, clientSecretName: tls.clientSecretName };
}

function without<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Omit<Whole, Name> {
  const rest = Object.entries(whole).filter(([name]) => !names.includes(name as Name));
  return Object.fromEntries(rest) as Omit<Whole, Name>;
}
