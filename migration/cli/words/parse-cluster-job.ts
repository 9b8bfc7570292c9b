import { usualRule, type DefragmentationRule } from "../../upkeep/defragmentation-rule.ts";
import { DEFAULT_DIRECTORY, DEFAULT_KEPT_REVISIONS, DEFAULT_NAMES, type ClusterAction } from "./flags.ts";
import type { GivenFlags } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be done with an etcd on Kubernetes; nothing has been read or asked yet. */
export type ClusterJob = CheckJob | StatusJob | ClientSetJob | SnapshotSaveJob | UpkeepJob;

export type UpkeepJob = DefragmentJob | CompactJob | AlarmDisarmJob;

interface NamedEtcd {
  readonly namespace: string;
  readonly etcdCluster: string;
  /** The one that the EtcdCluster names where it is absent. */
  readonly clientSecret?: string;
  /** A path; as kubectl chooses it where it is absent. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json: boolean;
}

/** Once it is known which. */
export interface WithSecret {
  readonly clientSecret: string;
}

export interface CheckJob extends NamedEtcd {
  readonly action: "check";
}

export interface StatusJob extends NamedEtcd {
  readonly action: "status";
  /** Where snapshots are kept on this machine. */
  readonly directory: string;
  /** How old the last one may be. */
  readonly snapshotHours?: number;
}

export interface ClientSetJob extends NamedEtcd {
  readonly action: "client-set";
  readonly directory: string;
}

export interface SnapshotSaveJob extends NamedEtcd {
  readonly action: "snapshot save";
  readonly directory: string;
  /** Whether what a member has that has lost the others will do. */
  readonly fromMinority: boolean;
  readonly quiet: boolean;
}

export interface DefragmentJob extends NamedEtcd {
  readonly action: "defragment";
  readonly rule: DefragmentationRule;
  readonly dryRun: boolean;
}

export interface CompactJob extends NamedEtcd {
  readonly action: "compact";
  readonly keepRevisions: bigint;
}

export interface AlarmDisarmJob extends NamedEtcd {
  readonly action: "alarm-disarm";
}

/** @throws UsageError */
export function toClusterJob(action: ClusterAction, values: GivenFlags["values"]): ClusterJob {
  const textOf = (name: string): string | undefined => {
    const value = values.get(name);
    return value === true ? undefined : value;
  };
  const nameOf = (flag: string, fallback: string): string => toName(flag, textOf(flag) ?? fallback);
  const [kubeconfig, context, clientSecret] = [textOf("kubeconfig"), textOf("context"), textOf("client-secret")];
  const etcd: NamedEtcd = {
    namespace: nameOf("namespace", DEFAULT_NAMES.namespace),
    etcdCluster: nameOf("etcd-cluster", DEFAULT_NAMES.etcdCluster),
    ...(clientSecret === undefined ? {} : { clientSecret: toName("client-secret", clientSecret) }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    json: values.has("json"),
  };
  if (action === "check" || action === "alarm-disarm") return { action, ...etcd };
  if (action === "compact") return { action, ...etcd, keepRevisions: toKeptRevisions(textOf("keep-revisions")) };
  if (action === "defragment") {
    return { action, ...etcd, rule: toRule(values.has("always"), textOf), dryRun: values.has("dry-run") };
  }
  if (action === "status") return toStatusJob(etcd, textOf);
  if (action === "snapshot save") {
    const directory = toDirectory(textOf("directory"));
    return { action, ...etcd, directory, fromMinority: values.has("from-minority"), quiet: values.has("quiet") };
  }
  const directory = textOf("directory") ?? "";
  if (directory === "") {
    throw new UsageError("--directory is missing: say where the folder is to be made with --directory etcd-client");
  }
  return { action, ...etcd, directory };
}

function toStatusJob(etcd: NamedEtcd, textOf: (name: string) => string | undefined): StatusJob {
  const hours = textOf("snapshot-max-age");
  if (hours !== undefined && !(/^\d{1,5}(\.\d+)?$/.test(hours) && Number(hours) > 0)) {
    throw new UsageError("--snapshot-max-age takes hours, a number above 0: 26");
  }
  return {
    ...{ action: "status", ...etcd, directory: toDirectory(textOf("directory")) },
    ...(hours === undefined ? {} : { snapshotHours: Number(hours) }),
  };
}

function toKeptRevisions(text: string | undefined): bigint {
  if (text === undefined) return DEFAULT_KEPT_REVISIONS;
  if (!/^\d{1,18}$/.test(text))
    throw new UsageError("--keep-revisions takes a whole number: 0 keeps nothing of the history");
  return BigInt(text);
}

function toRule(always: boolean, textOf: (name: string) => string | undefined): DefragmentationRule {
  const [fraction, bytes] = [textOf("at-least-fraction"), textOf("at-least-bytes")];
  if (always && (fraction ?? bytes) !== undefined) {
    throw new UsageError("--always excludes --at-least-fraction and --at-least-bytes: it asks for no least");
  }
  if (fraction !== undefined && !/^(0(\.\d+)?|1(\.0+)?)$/.test(fraction)) {
    throw new UsageError("--at-least-fraction takes a number from 0 to 1: 0.5");
  }
  if (bytes !== undefined && !/^\d{1,15}$/.test(bytes)) {
    throw new UsageError("--at-least-bytes takes a whole number of bytes: 104857600");
  }
  return {
    atLeastFraction: fraction === undefined ? usualRule.atLeastFraction : Number(fraction),
    atLeastBytes: bytes === undefined ? usualRule.atLeastBytes : Number(bytes),
    always,
  };
}

/** @throws UsageError */
export function toDirectory(text: string = DEFAULT_DIRECTORY): string {
  if (text === "") throw new UsageError("--directory is empty: name the folder that snapshots are kept in");
  return text;
}

/**
 * It becomes a part of paths in the API.
 *
 * @throws UsageError
 */
export function toName(flag: string, text: string): string {
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) {
    throw new UsageError(`--${flag} takes a name as Kubernetes has them: lower-case letters, digits, - and .`);
  }
  return text;
}
