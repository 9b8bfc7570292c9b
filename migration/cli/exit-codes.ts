/** What the command ends with; the table of `--help` and the page docs/copying-by-hand.md are the contract. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  mismatch: 4,
  interrupted: 5,
  warning: 6,
  trouble: 7,
} as const;

export type Outcome = keyof typeof EXIT_CODES;

/** One line each, for `--help`. */
export const EXIT_CODE_MEANINGS: Readonly<Record<Outcome, string>> = {
  done: "copy, verify: every key and value is equal. plan: a copy would go ahead. Others: all is well, all is done",
  failed: "something broke on the way; a copy that had begun is completed by running it again",
  usage: "the command line or a file that it names is wrong; no etcd was asked for anything",
  refused: "a copy would be wrong or is not permitted, nothing was written; or a snapshot cannot be relied on",
  mismatch: "the destination holds other keys or values than the source",
  interrupted: "stopped by SIGINT or SIGTERM; running it again goes on from there",
  warning: "status: the etcd serves, and somebody is to see to it before it does not",
  trouble: "status: the etcd does not serve, or not all of it",
};
