// What other applications' programs import. The packed package exports nothing else.
export {
  ManagedEtcd,
  type GeneratedCertificates,
  type ManagedEtcdArgs,
  type PartNames,
} from "./components/etcd/managed-etcd.ts";
export type { CertificateWithKey, EtcdCertificates } from "./components/etcd/etcd-secrets.ts";
export {
  EtcdTls,
  type CertificateExpiry,
  type EtcdCommonNames,
  type EtcdTlsArgs,
  type KeyAlgorithm,
} from "./components/etcd/etcd-tls.ts";
export { clusterApis, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
export { EtcdOperator, type EtcdOperatorArgs, type OperatorPod } from "./components/etcd/etcd-operator.ts";
export {
  EtcdCluster,
  type EtcdClusterArgs,
  type EtcdClusterTls,
  type MemberPod,
} from "./components/etcd/etcd-cluster.ts";
export type { AntiAffinity } from "./components/etcd/etcd-cluster-protection.ts";
export { ExistingEtcd, type ClientCertificate, type ExistingEtcdArgs } from "./components/etcd/existing-etcd.ts";
export { EtcdCopy, type EtcdAddressInput, type EtcdCopyArgs } from "./components/migration/etcd-copy.ts";
export type {
  EtcdClusterAddress,
  ExistingEtcdAddress,
  GivenAddress as EtcdAddress,
} from "@trident-etcd/migration/connect/etcd-address.ts";
export { CrdRemoval, type CrdRemovalArgs } from "./components/destroy/crd-removal.ts";
export { FinalSnapshot, FinalSnapshotTrial, type FinalSnapshotArgs } from "./components/destroy/final-snapshot.ts";
export { KeptReport, type KeptReportArgs } from "./components/destroy/kept-report.ts";
export { MembersGone, type MembersGoneArgs } from "./components/destroy/members-gone.ts";
