import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommand } from "../../../../migration/cli/words/parse-command.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";

const rest = ["--to", "https://new:2379", "--to-cacert", "b.crt", "--prefix", "/trident/"];

describe("a snapshot's file as the source", () => {
  for (const action of ["plan", "copy", "verify"]) {
    it(`is what ${action} reads, in place of an etcd`, () => {
      const command = parseCommand([action, "--from-snapshot", "a.db", ...rest]);
      assert(command.kind === "job");
      assert.deepEqual(command.job.from, { side: "from", path: "a.db", withoutChecksum: false });
      assert.equal(command.job.to.urls.names[0], "https://new:2379");
    });
  }

  it("may be without a checksum when that is said", () => {
    const command = parseCommand(["copy", "--from-snapshot=a.db", "--without-checksum", ...rest]);
    assert(command.kind === "job");
    assert.deepEqual(command.job.from, { side: "from", path: "a.db", withoutChecksum: true });
  });

  const wrong: Readonly<Record<string, readonly [RegExp, readonly string[]]>> = {
    "beside an etcd": [
      /--from and --from-snapshot exclude each other/,
      ["--from", "https://old:2379", "--from-snapshot", "a"],
    ],
    "without a name": [/--from-snapshot is empty/, ["--from-snapshot="]],
    "with an etcd's access": [
      /--from-cacert is given, but --from-snapshot reads a file/,
      ["--from-snapshot", "a", "--from-cacert", "c"],
    ],
    "with an etcd's user": [
      /--from-user is given, but --from-snapshot reads a file/,
      ["--from-snapshot", "a", "--from-user", "u"],
    ],
    "of no use for what it is said with": [
      /--without-checksum is for a snapshot's file: name it with/,
      ["--from", "https://old", "--without-checksum"],
    ],
  };
  for (const [name, [message, words]] of Object.entries(wrong)) {
    it(`is refused ${name}`, () => {
      refused("copy", words, message);
    });
  }

  it("has no other revision to compare with", () => {
    refused(
      "verify",
      ["--from-snapshot", "a", "--from-revision", "7"],
      /the file of --from-snapshot has its one revision only/,
    );
  });

  it("is told of where no source is named", () => {
    refused("copy", [], /--from is missing: --from https:\/\/HOST:2379, or --from-snapshot FILE/);
  });

  it("means nothing to what reads no source", () => {
    assert.throws(() => parseCommand(["check", "--from-snapshot", "a"]), /--from-snapshot means nothing to check/);
  });
});

function refused(action: string, words: readonly string[], message: RegExp): void {
  assert.throws(
    () => parseCommand([action, ...words, ...rest]),
    (error) => error instanceof UsageError && message.test(error.message),
  );
}
