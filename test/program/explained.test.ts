import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

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

test("leaves a defect its stack", async () => {
  for (const defect of [new TypeError("x is undefined"), new Error("unforeseen")]) {
    await assert.rejects(
      explained(() => Promise.reject(defect)),
      (error) => error === defect,
    );
  }
});
