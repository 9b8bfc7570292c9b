import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settingsTable } from "../../../program/settings/settings-table.ts";
import { errorInSettings, inSettings, settingsOf } from "../../../migration/wording/in-settings.ts";
import { change } from "../../../migration/wording/change.ts";

describe("what to ask for instead, in the program's settings", () => {
  it("is the command that sets it, or takes it back", () => {
    const text = `go on: \`${change({ migrate: true })}\`, or stay: \`${change({ rollback: undefined })} && pulumi up\``;
    assert.equal(
      inSettings(text),
      "go on: `pulumi config set migrate true`, or stay: `pulumi config rm rollback && pulumi up`",
    );
  });

  it("is one command after the other where it is several, and quotes what is empty", () => {
    assert.equal(
      inSettings(change({ migrate: false, snapshotDirectory: "" })),
      'pulumi config set migrate false && pulumi config set snapshotDirectory ""',
    );
  });

  it("names a setting that there is, whichever input it is", () => {
    for (const name of Object.keys(settingsOf)) {
      for (const command of inSettings(change({ [name]: "a" })).split(" && ")) {
        const [, setting = command] = /^pulumi config set (\w+) [aA-Z]+$/.exec(command) ?? [];
        assert.ok(setting in settingsTable, command);
      }
    }
  });

  it("is not taken from what only looks like it", () => {
    assert.equal(inSettings("the server said { code: 500 }"), "the server said { code: 500 }");
  });

  it("is said by an error as well, which stays what it is", () => {
    class OurError extends Error {}
    const error = errorInSettings(new OurError(`no: ${change({ takeOver: true })}`, { cause: "a" }));
    assert.ok(error instanceof OurError && error.cause === "a");
    assert.equal(error.message, "no: pulumi config set takeOver true");
  });
});
