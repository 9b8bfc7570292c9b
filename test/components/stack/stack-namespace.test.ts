import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { StackNamespace } from "../../../components/stack/stack-namespace.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record } from "../registrations.ts";

test("freezes nothing but calls, and keeps the contents of a kubeconfig secret", async () => {
  const registrations = await record(false, () => {
    new StackNamespace("namespace", { kubeconfig: pulumi.secret("a token"), namespace: "storage", makeAgain: "" });
  });
  const registered = registrations.named("namespace");
  assertFreezesOnlyCalls(registered, "providers/namespace-provider.ts");
  assert.ok(isSecret(registered.inputs.kubeconfig));
  assert.equal(registered.inputs.namespace, "storage");
});
