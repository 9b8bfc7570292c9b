import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "../../../../migration/cli/words/parse-command.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";

const shown = { json: false, quiet: false };

test("snapshots are those in the folder that the program keeps them in, unless said otherwise", () => {
  assert.deepEqual(jobOf("snapshot", "list"), { action: "snapshot list", directory: "snapshots", ...shown });
  assert.deepEqual(jobOf("snapshot", "list", "--directory=kept", "--namespace", "storage", "--json"), {
    ...{ action: "snapshot list", directory: "kept", namespace: "storage" },
    ...{ ...shown, json: true },
  });
});

test("files to check are words of their own, before and behind flags, each once", () => {
  assert.deepEqual(jobOf("snapshot", "check", "a.db", "--quiet", "b.db", "a.db"), {
    ...{ action: "snapshot check", files: ["a.db", "b.db"], withoutChecksum: false },
    ...{ ...shown, quiet: true },
  });
});

test("what stays is said by count, and by age", () => {
  assert.deepEqual(jobOf("snapshot", "prune", "--keep", "14", "--keep-days=30", "--dry-run"), {
    ...{ action: "snapshot prune", directory: "snapshots", retention: { keep: 14, keepDays: 30 }, isDryRun: true },
    ...shown,
  });
});

test("a saved one is of the etcd that this project makes, unless said otherwise", () => {
  const command = parseCommand(["snapshot", "save", "--from-minority"]);
  assert.ok(command.kind === "clusterJob");
  assert.deepEqual(command.job, {
    ...{ action: "snapshot save", namespace: "trident", etcdCluster: "trident-etcd", directory: "snapshots" },
    ...{ fromMinority: true, ...shown },
  });
});

test("what is wrong is said before anything is read", () => {
  const refused: readonly (readonly [string[], RegExp])[] = [
    [["snapshot"], /snapshot needs a second word: save, list, check, prune/],
    [["snapshot", "lst"], /there is no command snapshot lst\. Is it snapshot list\?/],
    [["snapshot", "--json", "list"], /snapshot needs a second word/],
    [["snapshot", "list", "a.db"], /one word too many after the command/],
    [["snapshot", "check"], /say which files: snapshot check FILE\.\.\./],
    [["snapshot", "check", "a.db", "--keep", "3"], /--keep means nothing to snapshot check/],
    [["snapshot", "prune"], /--keep is missing/],
    [["snapshot", "prune", "--keep", "0"], /--keep takes a whole number, 1 or more/],
    [["snapshot", "prune", "--keep", "3", "--keep-days", "1.5"], /--keep-days takes a whole number, 0 or more/],
    [["snapshot", "list", "--directory="], /--directory is empty/],
    [["snapshot", "list", "--namespace", "../x"], /--namespace takes a name as Kubernetes has them/],
    [["snapshot", "list", "--kubeconfig", "k"], /--kubeconfig is about a claim: name it with --claim NAME/],
    [["check", "a.db"], /one word too many/],
  ];
  for (const [words, message] of refused) {
    assert.throws(
      () => parseCommand(words),
      (error) => error instanceof UsageError && message.test(error.message),
      words.join(" "),
    );
  }
});

test("help is there for each of them, and for the first word alone", () => {
  assert.deepEqual(parseCommand(["help", "snapshot", "prune"]), { kind: "help", action: "snapshot prune" });
  assert.deepEqual(parseCommand(["snapshot", "check", "--help"]), { kind: "help", action: "snapshot check" });
  assert.deepEqual(parseCommand(["snapshot", "--help"]), { kind: "help" });
});

function jobOf(...words: string[]): unknown {
  const command = parseCommand(words);
  assert.ok(command.kind === "fileJob");
  return command.job;
}
