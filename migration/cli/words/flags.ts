import { usualRule } from "../../upkeep/defragmentation-rule.ts";

/** Between two etcds, by their URLs. */
export const COPY_ACTIONS = ["plan", "copy", "verify"] as const;
export type CopyAction = (typeof COPY_ACTIONS)[number];

/** On an etcd that this project has made on Kubernetes. */
export const CLUSTER_ACTIONS = [
  "check",
  "status",
  "client-set",
  "snapshot save",
  "compact",
  "defragment",
  "alarm-disarm",
] as const;
export type ClusterAction = (typeof CLUSTER_ACTIONS)[number];

/** With snapshots' files, on this machine alone. */
export const FILE_ACTIONS = ["snapshot list", "snapshot check", "snapshot prune"] as const;
export type FileAction = (typeof FILE_ACTIONS)[number];

/** With snapshots on a claim, as a schedule saves them; list and check do so where a claim is named. */
export const CLAIM_ACTIONS = ["snapshot fetch"] as const;
const ON_CLAIM = ["snapshot list", "snapshot check", ...CLAIM_ACTIONS] as const;

export const ACTIONS = [...COPY_ACTIONS, ...CLUSTER_ACTIONS, ...FILE_ACTIONS, ...CLAIM_ACTIONS] as const;
export type Action = (typeof ACTIONS)[number];

/** Those that take words of their own beside the flags, and what `--help` calls them. */
export const OPERANDS: Readonly<Partial<Record<Action, string>>> = {
  "snapshot check": "FILE...",
  "snapshot fetch": "FILE",
};

export function isCopyAction(action: Action): action is CopyAction {
  return COPY_ACTIONS.some((each) => each === action);
}

export function isClusterAction(action: Action): action is ClusterAction {
  return CLUSTER_ACTIONS.some((each) => each === action);
}

export function isFileAction(action: Action): action is FileAction {
  return FILE_ACTIONS.some((each) => each === action);
}

/** The second words of those that have two, by their first one. */
export function secondWords(first: string): string[] {
  return ACTIONS.filter((action) => action.startsWith(`${first} `)).map((action) => action.slice(first.length + 1));
}

export function isAction(name: string | undefined): name is Action {
  return ACTIONS.some((action) => action === name);
}

export const SIDES = ["from", "to"] as const;
export type Side = (typeof SIDES)[number];

export const SIDE_NAMES: Readonly<Record<Side, string>> = { from: "source", to: "destination" };

export interface Flag {
  readonly name: string;
  /** What `--help` calls the value; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** The actions that know the flag; all when absent. */
  readonly actions?: readonly Action[];
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

/** Where the password of a side is taken from when no file is named. */
export function passwordVariable(side: Side): string {
  return `TRIDENT_ETCD_${side.toUpperCase()}_PASSWORD`;
}

export const DEFAULT_TIMEOUT = "10s";

/** As this project's program makes them. */
export const DEFAULT_NAMES = {
  namespace: "trident",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
  record: "trident-etcd-migration",
};

/** Where this project's program keeps snapshots. */
export const DEFAULT_DIRECTORY = "snapshots";

/** Nobody reads what is older for long; a copy's source is read at one revision while it lasts. */
export const DEFAULT_KEPT_REVISIONS = 10_000n;

/** Every flag, in the order of `--help`. */
export const FLAG_GROUPS: readonly FlagGroup[] = [
  {
    title: "Which etcd",
    flags: forActions(CLUSTER_ACTIONS, [
      { name: "namespace", value: "NAME", help: `where the etcd is; default: ${DEFAULT_NAMES.namespace}` },
      { name: "etcd-cluster", value: "NAME", help: `its EtcdCluster; default: ${DEFAULT_NAMES.etcdCluster}` },
      {
        name: "client-secret",
        value: "NAME",
        help: `the Secret with which clients identify themselves; default: the one that the EtcdCluster names`,
      },
      {
        name: "kubeconfig",
        value: "FILE",
        help: "the kubeconfig; default: as kubectl chooses it, by KUBECONFIG or ~/.kube/config",
      },
      { name: "context", value: "NAME", help: "the context of it; default: the current one" },
      {
        name: "directory",
        value: "DIRECTORY",
        help: "the folder to make, which must not be there yet",
        actions: ["client-set"],
      },
      {
        name: "snapshot-max-age",
        value: "HOURS",
        help: "how old the last snapshot may be before that is a warning; default: any age",
        actions: ["status"],
      },
    ]),
  },
  {
    title: "Which snapshots",
    flags: [
      {
        name: "directory",
        value: "DIRECTORY",
        help: `the folder that snapshots are kept in; default: ${DEFAULT_DIRECTORY}`,
        actions: ["status", "snapshot save", "snapshot list", "snapshot prune", "snapshot fetch"],
      },
      {
        name: "namespace",
        value: "NAME",
        help: "only those of this namespace's etcd; default: every one's, each etcd's by themselves",
        actions: ["snapshot list", "snapshot prune"],
      },
      {
        name: "from-minority",
        help: "take what a member has that has lost the others: it may lack what they have written since",
        actions: ["snapshot save"],
      },
      {
        name: "keep",
        value: "N",
        help: "so many of the newest that can be restored stay, at least 1",
        actions: ["snapshot prune"],
      },
      {
        name: "keep-days",
        value: "D",
        help: "and every one stays that is not older than so many days; default: none by age",
        actions: ["snapshot prune"],
      },
      { name: "dry-run", help: "say what would be removed, and remove nothing", actions: ["snapshot prune"] },
    ],
  },
  {
    title: "When",
    flags: [
      ...forActions(
        ["defragment"],
        [
          {
            name: "at-least-fraction",
            value: "F",
            help: `of a member's database file, how much is to be unused, from 0 to 1; default: ${usualRule.atLeastFraction}`,
          },
          {
            name: "at-least-bytes",
            value: "N",
            help: `and how many bytes of it; default: ${usualRule.atLeastBytes}, which are 100 MiB`,
          },
          {
            name: "always",
            help: "whatever is unused, and also where an etcd of a single member answers nobody meanwhile",
          },
          { name: "dry-run", help: "say what would be done, and do nothing" },
        ],
      ),
      {
        name: "keep-revisions",
        value: "N",
        help: `how many of the last revisions stay; default: ${DEFAULT_KEPT_REVISIONS}`,
        actions: ["compact"],
      },
    ],
  },
  {
    title: "Which claim",
    flags: forActions(ON_CLAIM, [
      {
        name: "claim",
        value: "NAME",
        help: "the PersistentVolumeClaim that has the snapshots, which is read through a pod that mounts it",
      },
      {
        name: "namespace",
        value: "NAME",
        help: `where the claim is; default: ${DEFAULT_NAMES.namespace}`,
        actions: ["snapshot check", "snapshot fetch"],
      },
      {
        name: "image",
        value: "IMAGE",
        help: "the pod's, of an etcd with a shell; default: that of the members of --etcd-cluster",
      },
      { name: "etcd-cluster", value: "NAME", help: `default: ${DEFAULT_NAMES.etcdCluster}` },
      {
        name: "kubeconfig",
        value: "FILE",
        help: "the kubeconfig; default: as kubectl chooses it, by KUBECONFIG or ~/.kube/config",
      },
      { name: "context", value: "NAME", help: "the context of it; default: the current one" },
    ]),
  },
  {
    title: "What",
    flags: forActions(COPY_ACTIONS, [
      { name: "from", value: "URL[,URL]", help: "the source's client URLs; several are members of one cluster" },
      {
        name: "from-snapshot",
        value: "FILE",
        help: "a snapshot's file as the source, in place of --from: one that etcdctl snapshot save or this program has saved",
      },
      {
        name: "without-checksum",
        help: "take a snapshot's file that has no checksum: the database of a stopped member, member/snap/db",
        actions: [...COPY_ACTIONS, "snapshot check"],
      },
      { name: "to", value: "URL[,URL]", help: "the destination's" },
      { name: "prefix", value: "PREFIX", help: "the keys that begin with this, such as /trident/" },
      {
        name: "prefix-hex",
        value: "HEX",
        help: "the same in hexadecimal, such as 2f747269ff, for a prefix that is not UTF-8; instead of --prefix",
      },
      { name: "all-keys", help: "every key, instead of --prefix" },
      {
        name: "from-revision",
        value: "N",
        help: "compare with the source as it was at this revision, as copy reported it; default: as it is now",
        actions: ["verify"],
      },
      {
        name: "allow-empty",
        help: "take a source without any key for what it is, not for a mistake",
      },
      {
        name: "leases",
        value: "refuse|copy-without",
        help: "keys that have a lease: refuse (default), or copy them without it, which makes them permanent",
      },
    ]),
  },
  ...SIDES.map((side) => ({
    title: `Access to the ${SIDE_NAMES[side]}`,
    flags: forActions(COPY_ACTIONS, accessFlags(side)),
  })),
  {
    title: "How",
    flags: [
      ...forActions(COPY_ACTIONS, [
        {
          name: "insecure-plaintext",
          help: "permit http:// URLs: whoever can see the network reads every value, and can change what is copied",
        },
        {
          name: "timeout",
          value: "DURATION",
          help: `the longest wait for one answer of an etcd, such as 500ms, 10s, 1m; default: ${DEFAULT_TIMEOUT}`,
        },
      ]),
      { name: "json", help: "print the result, or the error, as one JSON document" },
      ...forActions(
        [...COPY_ACTIONS, "snapshot save", ...FILE_ACTIONS, ...CLAIM_ACTIONS],
        [{ name: "quiet", help: "show no progress" }],
      ),
      { name: "help", help: "show this help" },
      { name: "version", help: "print the version" },
    ],
  },
];

export const FLAGS: readonly Flag[] = FLAG_GROUPS.flatMap(({ flags }) => flags);

export function flagsOf(action: Action): readonly Flag[] {
  return FLAGS.filter(({ actions }) => actions?.includes(action) ?? true);
}

/** Those that say nothing of it themselves. */
function forActions(actions: readonly Action[], flags: readonly Flag[]): Flag[] {
  return flags.map((flag) => ({ actions, ...flag }));
}

function accessFlags(side: Side): readonly Flag[] {
  const owner = SIDE_NAMES[side];
  return [
    { name: `${side}-cacert`, value: "FILE", help: `the CA that signed the ${owner}'s server certificate (https)` },
    { name: `${side}-cert`, value: "FILE", help: "the client certificate to show, intermediate ones after it" },
    { name: `${side}-key`, value: "FILE", help: "its private key" },
    {
      name: `${side}-server-name`,
      value: "NAME",
      help: "the name that the server's certificate must have; default: the host in the URL",
    },
    { name: `${side}-user`, value: "NAME", help: "the etcd user, where authentication is enabled" },
    {
      name: `${side}-password-file`,
      value: "FILE",
      help: `the file with that user's password; default: the environment variable ${passwordVariable(side)}`,
    },
  ];
}
