import { EXIT_CODE_MEANINGS, EXIT_CODES, type Outcome } from "../exit-codes.ts";
import {
  CLAIM_ACTIONS,
  CLUSTER_ACTIONS,
  COPY_ACTIONS,
  FILE_ACTIONS,
  FLAG_GROUPS,
  flagsOf,
  isClusterAction,
  isFileAction,
  passwordVariable,
  type Action,
  type Flag,
} from "./flags.ts";

const SUMMARIES: Readonly<Record<Action, string>> = {
  plan: "look at both sides and say what a copy would do; writes nothing",
  copy: "copy the keys, then compare every key and value of both sides",
  verify: "compare every key and value of both sides; writes nothing",
  check: "ask each member how it is, and put, read and delete a key of no use",
  status: "say in 15 lines how an etcd and what depends on it are, with an exit code for monitoring",
  "client-set": "write a client's certificate, its key and etcdctl's environment into a new folder",
  "snapshot save": "save a snapshot of the etcd, and read back what was saved",
  compact: "have the etcd forget what its keys were long ago",
  defragment: "write members' databases anew, one by one, where that gives much room back",
  "alarm-disarm": "cure an etcd that has come to its quota and takes no writes any more",
  "snapshot list": "the snapshots that are kept, with what each of them holds",
  "snapshot check": "read whole files: whether each can be restored",
  "snapshot fetch": "get a snapshot from a claim; it has its name once its checksum holds",
  "snapshot prune": "remove old snapshots; the newest that can be restored always stays",
};

/** What `--help` prints, in all or for one action. */
export function helpText(action?: Action): string {
  return `${(action === undefined ? overview() : actionHelp(action)).join("\n")}\n`;
}

function overview(): string[] {
  return [
    "Copies the keys under a prefix from one etcd (v3) to another, and proves that none is missing or changed.",
    "",
    "Usage: trident-etcd COMMAND --from URL[,URL] --to URL[,URL] --prefix PREFIX [FLAGS]",
    "",
    ...summaries(COPY_ACTIONS),
    "",
    "For an etcd that is on Kubernetes, through the kubeconfig: trident-etcd COMMAND [--namespace NAME] [FLAGS]",
    "",
    ...summaries(CLUSTER_ACTIONS),
    "",
    "With snapshots on this machine, without any etcd: trident-etcd COMMAND [FLAGS]",
    "",
    ...summaries(FILE_ACTIONS),
    "",
    "With snapshots on a PersistentVolumeClaim, as a schedule saves them; list and check take --claim NAME as well:",
    "",
    ...summaries(CLAIM_ACTIONS),
    "",
    "A snapshot's file is a source as well: --from-snapshot FILE in place of --from. What it holds then stands in an etcd that",
    "serves, verified, without etcdctl and without a cluster of its own.",
    "",
    "A prefix that is not UTF-8 goes into --prefix-hex, in hexadecimal; --all-keys takes every key.",
    "",
    "The source is only ever read. Nothing that the destination holds is ever overwritten: a key that is there with",
    "another value stops the copy. A copy that was stopped, by a signal, a lost network or a lost machine, is completed",
    "by the same command: what is already there and equal is not written again.",
    "",
    "A first time, step by step:",
    "",
    ...example("plan"),
    "",
    "  Then the same line with copy in place of plan. Stop what writes to the source first: a copy shows the source as it",
    "  was at one moment, and what is written later is not in it.",
    "",
    "Passwords are never taken from the command line, where process lists show them: they come from the environment",
    `(${passwordVariable("from")}, ${passwordVariable("to")}) or from a file.`,
    "",
    ...exitCodes(),
    "",
    "All flags: trident-etcd copy --help (or any other command).",
  ];
}

function summaries(actions: readonly Action[]): string[] {
  return actions.map((action) => `  ${action.padEnd(16)}${SUMMARIES[action]}`);
}

function actionHelp(action: Action): string[] {
  return [
    `trident-etcd ${action}: ${SUMMARIES[action]}`,
    "",
    `Usage: trident-etcd ${action} ${USAGES[isClusterAction(action) || isFileAction(action) || action === "snapshot fetch" ? action : "copies"]} [FLAGS]`,
    "",
    ...FLAG_GROUPS.flatMap(({ title, flags }) => {
      const known = flags.filter((flag) => flagsOf(action).includes(flag));
      return known.length === 0 ? [] : [`${title}:`, ...known.flatMap(describeFlag), ""];
    }),
    "Example:",
    "",
    ...example(action),
    "",
    ...DETAILS[action],
    "",
    ...exitCodes(),
  ];
}

const USAGES = {
  copies: "--from URL[,URL]|--from-snapshot FILE --to URL[,URL] --prefix PREFIX",
  check: "[--namespace NAME]",
  status: "[--namespace NAME]",
  "client-set": "[--namespace NAME] --directory DIRECTORY",
  "snapshot save": "[--namespace NAME] [--directory DIRECTORY]",
  compact: "[--namespace NAME] [--keep-revisions N]",
  defragment: "[--namespace NAME] [--at-least-fraction F --at-least-bytes N | --always] [--dry-run]",
  "alarm-disarm": "[--namespace NAME]",
  "snapshot list": "[--directory DIRECTORY | --claim NAME]",
  "snapshot check": "FILE... | --claim NAME [FILE...]",
  "snapshot fetch": "--claim NAME FILE [--directory DIRECTORY]",
  "snapshot prune": "--keep N [--keep-days D] [--directory DIRECTORY]",
};

const DETAILS: Readonly<Record<Action, readonly string[]>> = {
  plan: [
    "Prints of each side the version, the cluster's id, the revision, how many keys and bytes there are, and which keys",
    "are in the way. Names of keys may be printed, values never. Exit code 3 says that a copy would be refused.",
  ],
  copy: [
    "The result goes to standard output, progress and errors to standard error. The source is read at one revision; writes",
    "to it during the copy are not in the copy. Ctrl-C ends the copy in good order; Ctrl-C once more ends it at once.",
    "Either way, and after any failure, run the same command again to complete it.",
    "A snapshot's file is read as it is, its checksum checked first; nothing of it is unpacked. Exit code 3 also says that it",
    "cannot be relied on: it is damaged, cut off, of a newer etcd or something else.",
  ],
  verify: [
    "Without --from-revision the source is compared as it is now: a source that is still written to will differ. A lease on",
    "one side only is a difference too, unless --leases copy-without says that it is known. The SHA-256 is over the",
    "contents alone (docs/copying-by-hand.md has its definition): equal contents, equal digest.",
  ],
  check: [
    "The key is outside of every application's, has a name of its own each time, and is gone afterwards. Exit code 1 says that",
    "a member of the list does not serve, or that the key could not be put, read back and deleted.",
  ],
  status: [
    "Nothing is written. Exit code 6 says that something is to be seen to: a member is missing, a certificate ends within 30 days,",
    "the database takes 80 % of its quota, the last snapshot is too old, Trident does not serve. 7 says that there is no quorum or no",
    "etcd at all, that an alarm is raised or that a certificate has expired; any other that it could not be found out.",
  ],
  compact: [
    "What keys are now stays. The room that is freed is used again; only defragment gives it back to the disk. Members that this",
    "project makes do so by themselves every 12 hours.",
  ],
  defragment: [
    "A member answers nobody while its database is written anew, so it is done one by one, the leader last, each back and level with",
    "the others before the next. Exit code 3: a member is missing already, or nobody would be answered meanwhile; nothing was done.",
  ],
  "alarm-disarm": [
    "Forgets the history, defragments each member, disarms NOSPACE, and puts, reads and deletes a key of no use. No key is lost. Where",
    "the keys themselves are too much for the quota the alarm stays, and so does CORRUPT: what is to be done is said (exit codes 1, 3).",
  ],
  "client-set": [
    "What is written lets its reader read and change everything in the etcd. Only its owner may read it (0600, the folder",
    "0700), nothing that is there is overwritten, and nothing of it is kept elsewhere. README in the folder says how to go on.",
  ],
  "snapshot save": [
    "It is of a member that is known to have all that was ever written: a majority stands behind it, or each other one was asked.",
    "The file holds the application's passwords, and only its owner may read it (0600). It has its name once all of it is on the",
    "disk, with a checksum that holds; then it is read back. Exit code 3 says that no member is known to have it all.",
  ],
  "snapshot list": [
    "Each file is read whole. One that cannot be restored is listed with the reason, and what a run that was killed has left",
    "behind as well; neither changes the exit code: `snapshot check` has one for that.",
  ],
  "snapshot check": [
    "Its checksum, each of its pages, and each of its keys. Exit code 3 says that one of the files cannot be restored, 2 that one",
    "is not there or may not be read.",
  ],
  "snapshot fetch": [
    "A pod with the members' image mounts the claim to be read only, and is gone afterwards. The user of the kubeconfig may make",
    "and delete pods, and run commands in them (pods/exec). Only the file's owner may read it (0600); nothing is written over.",
  ],
  "snapshot prune": [
    "Of each etcd the newest N that can be restored stay, which are read for that, and all that are not older than D days. Also",
    "removed is what runs that were killed have left behind. Files of any other name stay. Where none of an etcd's snapshots can",
    "be restored none of them is removed, and the exit code is 3.",
  ],
};

function example(action: Action): string[] {
  if (action === "check") return ["  trident-etcd check --namespace trident"];
  if (action === "status") return ["  trident-etcd status --namespace trident --snapshot-max-age 26"];
  if (action === "client-set") return ["  trident-etcd client-set --namespace trident --directory etcd-client"];
  if (action === "snapshot save") return ["  trident-etcd snapshot save --namespace trident"];
  if (action === "compact") return ["  trident-etcd compact --namespace trident --keep-revisions 1000"];
  if (action === "defragment") return ["  trident-etcd defragment --namespace trident --dry-run"];
  if (action === "alarm-disarm") return ["  trident-etcd alarm-disarm --namespace trident"];
  if (action === "snapshot list") return ["  trident-etcd snapshot list"];
  if (action === "snapshot check") return ["  trident-etcd snapshot check snapshots/*.db"];
  if (action === "snapshot fetch") {
    return ["  trident-etcd snapshot fetch --claim trident-etcd-snapshots trident-etcd-trident-2026-01-31T031700Z.db"];
  }
  if (action === "snapshot prune") return ["  trident-etcd snapshot prune --keep 14 --keep-days 30"];
  return [
    `  trident-etcd ${action} --prefix /trident/ \\`,
    "    --from https://old.example:2379 --from-cacert old-ca.crt --from-cert old.crt --from-key old.key \\",
    "    --to https://new-0.example:2379,https://new-1.example:2379 \\",
    "    --to-cacert new-ca.crt --to-cert new.crt --to-key new.key",
  ];
}

const HELP_COLUMN = 32;
const HELP_WIDTH = 118;

function describeFlag({ name, value, help }: Flag): string[] {
  const usage = `  --${name}${value === undefined ? "" : ` ${value}`}`;
  const [first = "", ...others] = wrap(help, HELP_WIDTH - HELP_COLUMN);
  const below = others.map((line) => " ".repeat(HELP_COLUMN) + line);
  return usage.length < HELP_COLUMN
    ? [usage.padEnd(HELP_COLUMN) + first, ...below]
    : [usage, " ".repeat(HELP_COLUMN) + first, ...below];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${last} ${word}`;
    }
  }
  return lines;
}

function exitCodes(): string[] {
  const outcomes = Object.keys(EXIT_CODES) as Outcome[];
  return ["Exit codes:", ...outcomes.map((outcome) => `  ${EXIT_CODES[outcome]}  ${EXIT_CODE_MEANINGS[outcome]}`)];
}
