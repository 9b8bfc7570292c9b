import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeFailure } from "../../../migration/wording/describe-failure.ts";

describe("a failure in one line", () => {
  it("has the reason that a wrapper hides", () => {
    const failure = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
    assert.equal(describeFailure(failure), "connect ECONNREFUSED 127.0.0.1:1");
  });

  it("has each reason once when several addresses were tried", () => {
    const refused = new Error("refused");
    const failure = new TypeError("fetch failed", {
      cause: new AggregateError([refused, refused, new Error("timeout")]),
    });
    assert.equal(describeFailure(failure), "refused, timeout");
  });

  it("is the message alone when that says what is wrong", () => {
    assert.equal(describeFailure(new Error("it failed", { cause: new Error("14 UNAVAILABLE") })), "it failed");
  });

  it("is the message of what is no Error", () => {
    assert.equal(describeFailure({ message: "Unexpected server response: 403" }), "Unexpected server response: 403");
    assert.equal(describeFailure("plain"), "plain");
  });
});
