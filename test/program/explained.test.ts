import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { change } from "../../migration/wording/change.ts";
import { explained } from "../../program/explained.ts";

class ExplainingError extends Error {
  override readonly name = "ExplainingError";
}

test("hands on what the step gives, now or later", async () => {
  assert.equal(await explained(() => 1), 1);
  assert.equal(await explained(() => Promise.resolve(2)), 2);
});

test("shows one of our own errors by its message alone", async () => {
  const failing = explained(() => {
    throw new ExplainingError("set this, do that");
  });
  await assert.rejects(failing, (error: Error) => {
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(error.message, "set this, do that");
    return true;
  });
});

test("names the settings that our own errors ask for", async () => {
  const failing = explained(() => {
    throw new ExplainingError(`go on with \`${change({ migrate: true })} && pulumi up\``);
  });
  await assert.rejects(failing, { message: "go on with `pulumi config set migrate true && pulumi up`" });
});

test("leaves a defect its stack", async () => {
  for (const defect of [new TypeError("x is undefined"), new Error("unforeseen")]) {
    await assert.rejects(
      explained(() => Promise.reject(defect)),
      (error) => error === defect,
    );
  }
});
