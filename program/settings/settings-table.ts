import { claimName, claimNames } from "./parse-claims.ts";
import { etcdEndpoints, objectName, secretKeys } from "./parse-endpoints.ts";
import {
  etcdVersion,
  imageReference,
  imageRegistry,
  imageRepository,
  optionalImage,
  pullPolicy,
} from "./parse-image.ts";
import { podLabels } from "./parse-labels.ts";
import { etcdPod, helperPod, operatorPod, pullSecretNames, tridentPod } from "./parse-pod.ts";
import { memberStorageSize } from "./parse-storage.ts";
import { cronFields, givenClaim, keptCount, keptDays, storageClassName, storageSize } from "./parse-snapshots.ts";
import { amount, clusterSize, hours, seconds } from "./parse-number.ts";
import {
  anyText,
  dnsNames,
  domainName,
  etcdClusterId,
  localPath,
  namespaceName,
  oneOf,
  reportPath,
  restoreSource,
  secretName,
  subjectText,
  trueOrFalse,
} from "./parse-text.ts";

export interface Setting<Value> {
  /** In force where nothing is set. */
  readonly fallback: Value;
  /** The value that a text stands for; raises an Error that says how to write it. */
  readonly parse: (text: string) => Value;
  /** For the person who sets it. */
  readonly description: string;
}

/** The stack's settings. Pulumi.yaml has the same names in the same order, with the same defaults and descriptions. */
export const settingsTable = {
  namespace: setting(
    "trident",
    namespaceName,
    "The Kubernetes namespace that Trident runs in. It must exist, unless createNamespace is set; it is never deleted here.",
  ),
  createNamespace: setting(
    false,
    trueOrFalse,
    'Set it to true to have "pulumi up" make the namespace where it is not there. "pulumi destroy" keeps it, with ' +
      "whatever else is in it.",
  ),
  trident: setting(
    true,
    trueOrFalse,
    "Set it to false to have an etcd alone: the etcd-operator, the certificates and the members, without Trident. A " +
      "Trident with its embedded etcd in the namespace is left as it is; one of this stack's must have been stopped " +
      "before. Set back to true, Trident is installed on that etcd.",
  ),
  migrate: setting(
    false,
    trueOrFalse,
    "Set it to true when a Trident with its embedded etcd runs in the namespace: it is stopped, its state is " +
      "copied to the new etcd cluster and verified, and the new Trident takes over. Its volume claim is kept. Leave " +
      "it false for a new installation.",
  ),
  rollback: setting(
    false,
    trueOrFalse,
    "Set it to true to return a migrated Trident to its embedded etcd: what changed since the migration is carried " +
      'back and verified, and the old Trident is put back as it was. The new etcd stays. Remove it, and "pulumi up" ' +
      "migrates again.",
  ),
  legacyClaim: setting(
    "trident",
    claimName,
    "The PersistentVolumeClaim with the old Trident's state, for a migration after Trident was uninstalled. While " +
      "its Deployment stands, that says which claim it is.",
  ),
  legacyEtcdImage: setting(
    "",
    optionalImage,
    "The image of the etcd that reads such a claim, as the old Trident's ran it. When empty, those that came with " +
      "Trident 18.04 to 19.04 are tried on a copy, the oldest first.",
  ),
  abandonedClaim: setting(
    [],
    claimNames,
    "The PersistentVolumeClaim of an uninstalled Trident beside which a new installation begins without its state. " +
      "Without this word such an installation is refused. The claim itself is left as it is.",
  ),
  takeOver: setting(
    false,
    trueOrFalse,
    'Set it to true for one "pulumi up" to take over an installation whose Pulumi state is lost: its objects ' +
      "become this stack's. See docs/taking-over.md. Remove it afterwards.",
  ),
  tridentImage: setting(
    "netapp/trident:19.04.0",
    imageReference,
    "The image of the Trident to run, with its tag or digest. Versions 18.01 to 19.04 can use an external etcd.",
  ),
  tridentDebug: setting(false, trueOrFalse, "Whether Trident writes debug lines to its log."),
  etcdClusterSize: setting(
    3,
    clusterSize,
    "How many members the etcd cluster has: 1, 3, 5 or 7. Three survive the loss of one member, five of two; a " +
      "single one survives none.",
  ),
  etcdRepository: setting(
    "quay.io/coreos/etcd",
    imageRepository,
    "Where the image of the etcd members is, without a tag: the tag is v and etcdVersion. Point it at your own " +
      "registry when the cluster cannot reach quay.io.",
  ),
  etcdVersion: setting(
    "3.4.22",
    etcdVersion,
    "The version of etcd that the members run, such as 3.4.22, with a digest or without (3.4.22@sha256:...). " +
      "Images from 3.4.24 and 3.5.7 on have no shell, which the etcd-operator's health checks need.",
  ),
  operatorImage: setting(
    "quay.io/coreos/etcd-operator:v0.9.4",
    imageReference,
    "The image of the etcd-operator, which creates the etcd members and replaces those that fail.",
  ),
  busyboxImage: setting(
    "busybox:1.28.0-glibc",
    imageReference,
    "The image in which each etcd member, before it starts, waits until its own DNS name resolves.",
  ),
  imageRegistry: setting(
    "",
    imageRegistry,
    "A registry, with its port and folder if it has them, that all images come from whose own settings are left as " +
      "they are: with registry.example.com:5000/mirror the operator is " +
      "registry.example.com:5000/mirror/coreos/etcd-operator. Empty takes them from where they are published.",
  ),
  imagePullSecrets: setting(
    [],
    pullSecretNames,
    "Secrets in the namespace, with commas between them, with which all pods of this program pull their images. A " +
      "migrated Trident has those that the old one had when it is empty.",
  ),
  imagePullPolicy: setting(
    "",
    pullPolicy,
    "When nodes pull the images of Trident, the etcd-operator and helper pods: IfNotPresent, Always or Never. Empty " +
      "leaves that to Kubernetes. Members can't be given one by their operator.",
  ),
  tridentPod: setting(
    {},
    tridentPod,
    "What Trident's pod is given besides, or in place of what a migration carries from the old one, as a JSON object " +
      "with Kubernetes' names: imagePullSecrets, nodeSelector, tolerations, affinity, hostAliases, priorityClassName, " +
      "schedulerName, dnsPolicy, dnsConfig, env, envFrom, resources, volumes, volumeMounts and args.",
  ),
  etcdPod: setting(
    {},
    etcdPod,
    "The same for the etcd members that are made from then on: nodeSelector, tolerations, affinity, resources and " +
      "env, which holds settings of etcd.",
  ),
  etcdStorageSize: setting(
    "",
    memberStorageSize,
    "How big a claim of its own each etcd member keeps its data on, such as 4Gi, which is to hold twice " +
      "ETCD_QUOTA_BACKEND_BYTES (2 GiB). Members that run are replaced one by one. Empty keeps members' data in their pods.",
  ),
  etcdStorageClass: setting(
    "",
    storageClassName,
    "The StorageClass of these claims, never one of Trident's own. Empty takes the cluster's default one.",
  ),
  defragmentationSchedule: setting(
    "",
    cronFields,
    "When the members' databases are written anew where that gives much room back, one by one, as five cron fields, such " +
      'as "0 4 * * 0" for Sundays, in the time zone of the cluster, which is UTC as a rule. Empty does so never. See ' +
      "docs/upkeep.md.",
  ),
  operatorPod: setting({}, operatorPod, "The same for the etcd-operator's pod, without volumes, envFrom and args."),
  helperPod: setting(
    {},
    helperPod,
    "The same for pods that are there for a moment, such as those that read the old Trident's volume or relay to an " +
      "existing etcd, without volumes, env, envFrom and args.",
  ),
  memberAntiAffinity: setting(
    "preferred",
    oneOf("preferred", "required", "none"),
    "Whether each etcd member keeps off nodes that have another one: preferred (where that can be had), required " +
      "(a member without a node of its own is never started) or none.",
  ),
  clientPodLabels: setting(
    [],
    podLabels,
    "Labels, key=value with commas between them, of pods in the namespace that may reach the etcd members as clients " +
      "besides Trident's, such as app=etcdctl: a pod that has all of them. They need the client's certificate all the " +
      "same. Empty lets none in.",
  ),
  existingEtcdEndpoints: setting(
    [],
    etcdEndpoints,
    "URLs of an etcd that is there already, such as https://etcd.example.com:2379, with commas between members of " +
      "one cluster. Trident takes only one and gets the first. Empty makes an etcd of the stack's own. Never " +
      "Kubernetes' own etcd.",
  ),
  existingEtcdCaFile: setting(
    "",
    localPath,
    "The file with the certificate of the CA that signed the existing etcd's, as PEM; relative to the program's " +
      "folder.",
  ),
  existingEtcdCertificateFile: setting(
    "",
    localPath,
    "The file with the client's certificate for the existing etcd, as PEM. Trident gets it, too.",
  ),
  existingEtcdKeyFile: setting(
    "",
    localPath,
    "The file with that certificate's private key, as PEM, without a passphrase.",
  ),
  existingEtcdSecret: setting(
    "",
    objectName,
    "A Secret in the namespace that has the three, in place of files, such as one of cert-manager's. It is read by " +
      'each "pulumi up", and stays whose it is.',
  ),
  existingEtcdSecretKeys: setting(
    ["etcd-client-ca.crt", "etcd-client.crt", "etcd-client.key"],
    secretKeys,
    "Under which keys that Secret has the CA's certificate, the client's certificate and its private key, in this " +
      "order; cert-manager's are ca.crt,tls.crt,tls.key.",
  ),
  existingEtcdUsername: setting(
    "",
    subjectText,
    "The user that this program logs in as, where the existing etcd asks for a password. Trident knows none: there " +
      "the common name of the client's certificate must be a user of that etcd.",
  ),
  existingEtcdPassword: setting(
    "",
    anyText,
    "That user's password. Set it with --secret; in plain text it is refused.",
  ),
  existingEtcdPlaintext: setting(
    false,
    trueOrFalse,
    "Set it to true to use http:// endpoints. Anybody on the way then reads the passwords of the storage, which " +
      "are part of Trident's state, and can change them.",
  ),
  existingEtcdReach: setting(
    "auto",
    oneOf("auto", "direct", "pod"),
    "How this program reaches the existing etcd: direct (from this machine), pod (through a pod that it makes for " +
      "the time being) or auto (through a pod only when no connection can be had from here).",
  ),
  existingEtcdAdoptState: setting(
    false,
    trueOrFalse,
    "Set it to true to let a new Trident start on the state that is in the existing etcd already, such as after an " +
      'earlier "pulumi destroy". Without it an installation is refused when there is any.',
  ),
  abandonedEtcd: setting(
    "",
    etcdClusterId,
    "The cluster id of the etcd that Trident's state was in, once it is lost and given up, or was moved to another " +
      "one by hand. The plan names it where it is asked for; without it nothing is done on an etcd that is another " +
      "one or that was emptied.",
  ),
  movedFromEtcd: setting(
    "",
    etcdClusterId,
    "The cluster id of the etcd that Trident's state is to be moved from, to the one that is set now. The plan names it. It " +
      "stays set afterwards: Trident's client Secret is named after it.",
  ),
  restoreFrom: setting(
    "",
    restoreSource,
    "What the stack's own etcd is brought up with while it is new, emptied or lost: the file of a snapshot on this machine, " +
      "claim:NAME.db or claim:newest (on the schedule's claim), member (what a surviving member has) or legacyClaim (the old " +
      "Trident's claim). An etcd with keys is refused. Done once; see docs/restoring-from-a-snapshot.md.",
  ),
  platform: setting(
    "auto",
    oneOf("auto", "kubernetes", "openshift"),
    "kubernetes or openshift; auto asks the cluster. On OpenShift pods get their users from the platform, and " +
      "Trident, whose image runs as root, may use the SecurityContextConstraints anyuid.",
  ),
  tridentClusterRole: setting(
    "own",
    oneOf("own", "existing"),
    "Who makes the ClusterRole and the ClusterRoleBinding with what Trident needs in the whole cluster: own (this " +
      "stack) or existing (an administrator, once, who is told what to apply; they are neither changed nor deleted).",
  ),
  etcdClusterCrd: setting(
    "own",
    oneOf("own", "existing"),
    "Who makes the CustomResourceDefinition of EtcdCluster, which belongs to the whole cluster: own (this stack, " +
      "unless somebody else has) or existing (an administrator, once, with docs/etcdcluster-crd.yaml).",
  ),
  clusterDomain: setting(
    "cluster.local",
    domainName,
    "The DNS domain of the Kubernetes cluster. The etcd members' certificates are made out to names in it.",
  ),
  certificateValidityHours: setting(
    43800,
    hours,
    "For how many hours the generated certificates are valid. 43800 hours are five years.",
  ),
  certificateEarlyRenewalHours: setting(
    720,
    hours,
    'How many hours before a certificate expires "pulumi up" renews it. Nothing renews it when nobody runs "pulumi ' +
      'up"; the output certificateExpiry says how long there is.',
  ),
  certificateKeyAlgorithm: setting(
    "RSA",
    oneOf("RSA", "ECDSA"),
    "The keys of the generated certificates, RSA with 2048 bits or ECDSA on the curve P-256.",
  ),
  certificateOrganization: setting(
    "",
    subjectText,
    "The organization (O) in the subject of the generated certificates. Empty leaves it out.",
  ),
  certificateExtraDnsNames: setting(
    [],
    dnsNames,
    "DNS names, with commas between them, that the etcd members' certificates are made out to besides those inside " +
      "of the cluster, such as that of a load balancer.",
  ),
  certificateDirectory: setting(
    "",
    localPath,
    "A folder on this machine, relative to the program's, with certificates of your own for the etcd members and " +
      "their clients, which are then not generated: server.crt, server.key, server-ca.crt, peer.crt, peer.key, " +
      "peer-ca.crt, etcd-client.crt, etcd-client.key and etcd-client-ca.crt. One ca.crt stands for each CA file that " +
      "is not there.",
  ),
  serverCertificateSecret: setting(
    "",
    secretName,
    "Instead of certificateDirectory, a Secret in the namespace with the members' certificate towards clients, " +
      "under cert-manager's keys (tls.crt, tls.key, ca.crt) or the etcd-operator's (server.crt, server.key, " +
      "server-ca.crt).",
  ),
  peerCertificateSecret: setting(
    "",
    secretName,
    "The same with the members' certificate towards each other (or peer.crt, peer.key, peer-ca.crt).",
  ),
  clientCertificateSecret: setting(
    "",
    secretName,
    "The same with the certificate of clients, which are Trident and the etcd-operator (or etcd-client.crt, " +
      "etcd-client.key, etcd-client-ca.crt).",
  ),
  timeoutSeconds: setting(
    300,
    seconds,
    "How many seconds each wait may take: for the etcd-operator, the etcd members, the old Trident's stop, the new " +
      "one's start. Raise it where images are slow to pull.",
  ),
  snapshotDirectory: setting(
    "snapshots",
    localPath,
    "The folder on this machine, relative to the program's, in which a migration keeps a snapshot of the old etcd, " +
      'taken once the old Trident is stopped, and "pulumi destroy" one of the etcd that it is about to delete. Empty ' +
      '("") keeps none.',
  ),
  snapshotSchedule: setting(
    "",
    cronFields,
    'When a snapshot of the stack\'s own etcd is saved onto a claim, as five cron fields, such as "17 * * * *" for each ' +
      "hour, in the time zone of the cluster, which is UTC as a rule. Empty saves none. See docs/snapshots.md.",
  ),
  snapshotKeep: setting(
    14,
    keptCount,
    "How many of the snapshots on that claim stay at least: so many of the newest, whatever their age.",
  ),
  snapshotKeepDays: setting(
    30,
    keptDays,
    "For how many days those beyond that number stay, too. The newest always stays.",
  ),
  snapshotClaim: setting(
    "",
    givenClaim,
    "A PersistentVolumeClaim of yours in the namespace that they are saved on. Empty makes one, trident-etcd-snapshots, " +
      "which is never deleted here; one of that name that is there is used as it is.",
  ),
  snapshotStorageSize: setting("10Gi", storageSize, "How big that claim is made."),
  snapshotStorageClass: setting(
    "",
    storageClassName,
    "The StorageClass that it is made with; empty for the cluster's default one. Storage that Trident itself provides is " +
      "refused: it can't be had when Trident's etcd is lost.",
  ),
  discardedKeys: setting(
    0,
    amount,
    "How many keys that a new Trident wrote may be discarded for the old one to serve again without them. Only the " +
      "very number that the plan or an error has named is taken; 0 discards none.",
  ),
  report: setting(
    "",
    reportPath,
    `The path, relative to the program's folder, of a Markdown file that "pulumi up" writes about the migration ` +
      "and what came of it. Empty writes none.",
  ),
  planDetail: setting(
    "short",
    oneOf("short", "full"),
    "How much of the plan is printed: what is to be known before going on (short), or all of it (full).",
  ),
  planFile: setting(
    "",
    localPath,
    `The path, relative to the program's folder, of a file that "pulumi preview" and "pulumi up" write all of the ` +
      "plan to. Empty writes none.",
  ),
};

function setting<Value>(fallback: NoInfer<Value>, parse: (text: string) => Value, description: string): Setting<Value> {
  return { fallback, parse, description };
}
