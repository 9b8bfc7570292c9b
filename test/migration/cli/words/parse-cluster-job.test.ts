import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "../../../../migration/cli/words/parse-command.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";

function jobOf(...words: string[]): unknown {
  const command = parseCommand(words);
  assert.ok(command.kind === "clusterJob");
  return command.job;
}

const names = { namespace: "trident", etcdCluster: "trident-etcd" };

test("an etcd on Kubernetes is the one that this project makes, unless said otherwise", () => {
  assert.deepEqual(jobOf("check"), { action: "check", ...names, json: false });
  const other = [
    "--namespace=storage",
    "--etcd-cluster=e",
    "--client-secret=s",
    "--kubeconfig=k",
    "--context=c",
    "--json",
  ];
  assert.deepEqual(jobOf("client-set", "--directory", "set", ...other), {
    ...{ action: "client-set", namespace: "storage", etcdCluster: "e", clientSecret: "s" },
    ...{ kubeconfig: "k", context: "c", json: true, directory: "set" },
  });
});

test("what is wrong is said before anything is asked", () => {
  const refused: readonly (readonly [string[], RegExp])[] = [
    [["client-set"], /--directory is missing/],
    [["client-set", "--directory="], /--directory (is missing|needs a value)/],
    [["check", "--directory", "set"], /--directory means nothing to check/],
    [["check", "--from", "https://old:2379"], /--from means nothing to check/],
    [["copy", "--namespace", "trident"], /--namespace means nothing to copy/],
    [["check", "--namespace", "../kube-system"], /--namespace takes a name as Kubernetes has them/],
    [["chekc"], /Is it check\?/],
  ];
  for (const [words, message] of refused) {
    assert.throws(
      () => parseCommand(words),
      (error) => error instanceof UsageError && message.test(error.message),
      words.join(" "),
    );
  }
});
