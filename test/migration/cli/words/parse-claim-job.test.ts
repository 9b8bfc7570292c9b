import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommand } from "../../../../migration/cli/words/parse-command.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";

const usual = { namespace: "trident", claim: "c", etcdCluster: "trident-etcd", json: false, quiet: false };

function jobOf(...words: string[]): object {
  const command = parseCommand(words);
  assert.equal(command.kind, "claimJob");
  return "job" in command ? command.job : {};
}

describe("what is to be done with the snapshots on a claim", () => {
  it("is a list, a check of all or some, and one that is fetched", () => {
    assert.deepEqual(jobOf("snapshot", "list", "--claim", "c"), { action: "snapshot list", ...usual });
    const check = { action: "snapshot check", ...usual };
    assert.deepEqual(jobOf("snapshot", "check", "--claim", "c"), { ...check, files: [] });
    assert.deepEqual(jobOf("snapshot", "check", "a.db", "--claim", "c"), { ...check, files: ["a.db"] });
    const place = ["--namespace", "storage", "--image", "i", "--context", "k", "--directory", "d"];
    assert.deepEqual(jobOf("snapshot", "fetch", "a.db", "--claim", "c", ...place), {
      ...{ action: "snapshot fetch", ...usual, namespace: "storage", image: "i", context: "k" },
      ...{ file: "a.db", directory: "d" },
    });
  });

  it("is about files on this machine where no claim is named", () => {
    assert.equal(parseCommand(["snapshot", "list"]).kind, "fileJob");
    assert.equal(parseCommand(["snapshot", "check", "a.db"]).kind, "fileJob");
  });

  for (const [words, why] of [
    ["snapshot fetch a.db", "--claim is missing"],
    ["snapshot fetch --claim c", "say which file"],
    ["snapshot fetch --claim c a.db b.db", "say which file"],
    ["snapshot fetch --claim c ../a.db", "name files on the claim without a folder"],
    ["snapshot list --image i", "--image is about a claim"],
    ["snapshot check a.db --namespace n", "--namespace is about a claim"],
    ["snapshot list --claim c --directory d", "--claim and --directory exclude each other"],
    ["snapshot check --claim c --without-checksum", "--without-checksum means nothing"],
    ["snapshot list --claim C!", "--claim takes a name as Kubernetes has them"],
  ] as const) {
    it(`is not told by "${words}"`, () => {
      assert.throws(
        () => parseCommand(words.split(" ")),
        (error) => error instanceof UsageError && error.message.includes(why),
      );
    });
  }
});
