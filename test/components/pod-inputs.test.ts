import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { podInState, secretValues } from "../../components/pod-inputs.ts";

test("keeps each variable's value as a secret, and what only refers to one as it is", async () => {
  const reference = { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
  const [given, referring] = secretValues([{ name: "A", value: "hunter2" }, reference]) as unknown as {
    value?: pulumi.Output<string>;
  }[];
  assert.ok(pulumi.Output.isInstance(given?.value));
  assert.ok(await (given.value as unknown as { isSecret: Promise<boolean> }).isSecret);
  assert.deepEqual(referring, reference);
});

test("leaves all else of a pod as it is", () => {
  assert.deepEqual(podInState({ nodeSelector: { disk: "fast" } }), { nodeSelector: { disk: "fast" } });
});
