import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { existingEtcdAddress } from "../../program/existing-etcd.ts";
import { keysToDiscard, planRequest } from "../../program/plan-request.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";

const etcdIdentity = { credentials: { username: "trident", password: "sesame" } };

beforeEach(async () => {
  const mocks = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
  await pulumi.runtime.setMocks(mocks, "trident-etcd", "test", false, "organization");
});

function requestFor(raw: RawSettings) {
  const settings = checkSettings(raw);
  const cluster = { context: "production" };
  const existing = existingEtcdAddress(settings);
  const platform = "openshift";
  const stackPods = () => Promise.resolve({ trident: {} });
  const certificates = undefined;
  return planRequest(settings, { cluster, etcdName: "db", existing, etcdIdentity, platform, certificates, stackPods });
}

test("asks for an etcd of the stack's own with certificates that are generated, and says nothing of another one", () => {
  const request = requestFor({ namespace: "storage", certificateKeyAlgorithm: "ECDSA", migrate: "true" });
  assert.deepEqual(request.destination, {
    kind: "managed",
    namespace: "storage",
    etcdCluster: "db",
    clientSecret: "etcd-client-tls",
  });
  assert.deepEqual(request.generatedCertificates, { keyAlgorithm: "ECDSA", organization: "" });
  assert.deepEqual([request.existing, request.broughtCertificates], [undefined, undefined]);
  assert.deepEqual([request.namespace, request.migrate, request.cluster.context], ["storage", true, "production"]);
  assert.deepEqual([request.legacyDeployment, request.record], ["trident", "trident-etcd-migration"]);
  assert.equal(request.securityContextConstraint, "anyuid");
  assert.equal(request.stack, "organization/trident-etcd/test");
});

test("asks for an existing etcd with who is to be there, and makes pods on the way only outside of a preview", () => {
  const { destination, existing } = requestFor({
    existingEtcdEndpoints: "http://etcd.example.com:2379",
    existingEtcdPlaintext: "true",
    existingEtcdAdoptState: "true",
  });
  assert.ok(destination.kind === "existing");
  assert.deepEqual(destination.endpoints, ["http://etcd.example.com:2379"]);
  assert.deepEqual(existing, { identity: etcdIdentity, adoptState: true, mayMakePods: true, timeoutSeconds: 300 });
});

test("names keys to discard only where the user gives some up", () => {
  assert.ok(!("discardedKeys" in requestFor({})));
  assert.equal(requestFor({ discardedKeys: "4" }).discardedKeys, 4);
  assert.deepEqual(keysToDiscard(checkSettings({})), {});
});
