import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { CrdRemoval } from "../../../components/destroy/crd-removal.ts";
import { FinalSnapshot, FinalSnapshotTrial } from "../../../components/destroy/final-snapshot.ts";
import { KeptReport } from "../../../components/destroy/kept-report.ts";
import { MembersGone } from "../../../components/destroy/members-gone.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed } from "../registrations.ts";
import type { Registration } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const access = { kubeconfig: pulumi.secret(kubeconfig), context: "production" };
const ofCluster = { namespace: "storage", etcdCluster: "db" };

async function steps(): Promise<readonly Registration[]> {
  const registered = await record(false, () => {
    new FinalSnapshot("s", { ...access, ...ofCluster, clientSecret: "client", snapshotDirectory: "snapshots" });
    new FinalSnapshotTrial("t", { ...access, ...ofCluster, clientSecret: "client", snapshotDirectory: "snapshots" });
    new MembersGone("m", { ...access, ...ofCluster, timeoutSeconds: 90 });
    new CrdRemoval("d", { ...access, timeoutSeconds: 90 });
    new KeptReport("k", { ...access, kept: [{ what: "a", command: "b" }] });
  });
  return registered.all;
}

test("each step remembers all that it needs in a destroy, which reads no configuration", async () => {
  const known = (await steps()).map(({ type, inputs }) => {
    const remembered = Object.entries(inputs).filter(([name]) => !["__provider", "kubeconfig"].includes(name));
    return [type.split(":").at(-1), Object.fromEntries(remembered)];
  });
  const context = "production";
  assert.deepEqual(Object.fromEntries(known), {
    FinalSnapshot: {
      ...{ context, ...ofCluster, step: "finalSnapshot" },
      ...{ clientSecret: "client", snapshotDirectory: "snapshots" },
    },
    FinalSnapshotTrial: {
      ...{ context, ...ofCluster, step: "finalSnapshotTrial" },
      ...{ clientSecret: "client", snapshotDirectory: "snapshots" },
    },
    MembersGone: { context, ...ofCluster, timeoutSeconds: 90, step: "membersGone" },
    DefinitionRemoval: { context, timeoutSeconds: 90, step: "definitionRemoval" },
    KeptReport: { context, kept: [{ what: "a", command: "b" }], step: "keptReport" },
  });
});

test("each step freezes nothing into the state but calls of the package by its name", async () => {
  for (const step of await steps()) assertFreezesOnlyCalls(step, "uninstall/destroy-step-provider.ts");
});

test("each step keeps the contents of a kubeconfig secret", async () => {
  for (const { inputs } of await steps()) {
    assert.ok(isSecret(inputs.kubeconfig));
    assert.equal(revealed(inputs.kubeconfig), kubeconfig);
  }
});
