import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The checkout this file lies in. */
export const repositoryRoot = dirname(import.meta.dirname);

/**
 * 0, or the number of another sandbox beside the first: with TRIDENT_ETCD_SANDBOX_INSTANCE=1, starting and stopping can be
 * tried without disturbing whoever uses the first. Each has names, addresses and a directory of its own.
 */
const instance = Number(process.env.TRIDENT_ETCD_SANDBOX_INSTANCE ?? 0);

/** What the names of all sandboxes on a machine begin with. */
export const sandboxNamePrefix = "trident-etcd-sandbox";

/** The name of this sandbox's network namespace, cgroup and directory. */
export const sandboxName = instance === 0 ? sandboxNamePrefix : `${sandboxNamePrefix}-${instance}`;

/** Everything that a running sandbox writes lies here; `make sandbox-down` deletes it. */
export const sandboxState = process.env.TRIDENT_ETCD_SANDBOX_STATE ?? join("/var/lib", sandboxName);

/** The administrator's kubeconfig of the running sandbox. */
export const kubeconfigPath = join(sandboxState, "kubeconfig");

/** What is slow to make and outlives the sandbox: built binaries and Pulumi's home. */
export const cacheRoot =
  process.env.TRIDENT_ETCD_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "trident-etcd");

/** Whoever starts or stops the sandbox holds it. Outside of the state, which is deleted while it is held. */
export const sandboxLock = `${sandboxState}.lock`;

const subnet = 231 + 3 * instance;
const linkPrefix = instance === 0 ? "tesb" : `tesb${instance}`;

/** The addresses of the sandbox: a link between the machine and the node, and behind the node pods and services. */
export const network = {
  namespace: sandboxName,
  hostLink: `${linkPrefix}-host`,
  nodeLink: `${linkPrefix}-node`,
  hostAddress: `10.${subnet}.0.1`,
  nodeAddress: `10.${subnet}.0.2`,
  prefixLength: 24,
  pods: `10.${subnet + 1}.0.0/16`,
  services: `10.${subnet + 2}.0.0/16`,
  apiService: `10.${subnet + 2}.0.1`,
} as const;

export const apiServerUrl = `https://${network.nodeAddress}:6443`;

export const nodeName = "sandbox";

export const clusterDomain = "cluster.local";
