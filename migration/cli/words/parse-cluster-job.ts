import { DEFAULT_DIRECTORY, DEFAULT_NAMES, type ClusterAction } from "./flags.ts";
import type { GivenFlags } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be done with an etcd on Kubernetes; nothing has been read or asked yet. */
export type ClusterJob = CheckJob | StatusJob | ClientSetJob | SnapshotSaveJob;

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
  if (action === "check") return { action, ...etcd };
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
