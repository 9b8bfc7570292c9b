// What other applications' programs import. The packed package exports nothing else.
export {
  ManagedEtcd,
  type GeneratedCertificates,
  type ManagedEtcdArgs,
  type PartNames,
} from "./components/managed-etcd.ts";
export type { CertificateWithKey, EtcdCertificates } from "./components/etcd-secrets.ts";
export {
  EtcdTls,
  type CertificateExpiry,
  type EtcdCommonNames,
  type EtcdTlsArgs,
  type KeyAlgorithm,
} from "./components/etcd-tls.ts";
export { EtcdOperator, type EtcdOperatorArgs } from "./components/etcd-operator.ts";
export { EtcdCluster, type EtcdClusterArgs, type EtcdClusterTls } from "./components/etcd-cluster.ts";
export type { AntiAffinity } from "./components/etcd-cluster-protection.ts";
export { ExistingEtcd, type ClientCertificate, type ExistingEtcdArgs } from "./components/existing-etcd.ts";
export { EtcdCopy, type EtcdAddressInput, type EtcdCopyArgs } from "./components/etcd-copy.ts";
export type {
  EtcdAddress,
  EtcdClusterAddress,
  ExistingEtcdAddress,
} from "@trident-etcd/migration/endpoints/etcd-address.ts";
export { DefinitionRemoval, type DefinitionRemovalArgs } from "./components/definition-removal.ts";
export { FinalSnapshot, FinalSnapshotTrial, type FinalSnapshotArgs } from "./components/final-snapshot.ts";
export { KeptReport, type KeptReportArgs } from "./components/kept-report.ts";
export { MembersGone, type MembersGoneArgs } from "./components/members-gone.ts";
