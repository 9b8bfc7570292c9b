import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { existingEtcdAddress } from "../../program/existing-etcd.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";
import { newestApis } from "../../migration/kubernetes/cluster-apis.ts";
import type { PodsDependOn } from "../../migration/plan/stack-pods.ts";
import { stackPods } from "../../program/stack-pods.ts";

function podsFor(
  raw: RawSettings,
  platform: "kubernetes" | "openshift" = "kubernetes",
  dependOn: PodsDependOn = { carried: {}, apis: newestApis },
) {
  const settings = checkSettings(raw);
  return stackPods(settings, { etcdName: "db", existing: existingEtcdAddress(settings), platform }, dependOn);
}

for (const preview of [true, false]) {
  test(`are plain manifests of the settings' images ${preview ? "in a preview" : "in an update"}`, async () => {
    const mocks = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
    await pulumi.runtime.setMocks(mocks, "trident-etcd", "test", preview, "organization");
    const images = { tridentImage: "r/trident:19.04.0", operatorImage: "r/operator:1", etcdVersion: "3.4.20" };
    const { trident, operator, members } = await podsFor({ ...images, tridentDebug: "true" });
    const [container] = trident?.spec?.containers ?? [];
    assert.equal(container?.image, "r/trident:19.04.0");
    assert.deepEqual(container.args, ["-etcd_v3", "https://db-client:2379", "-k8s_pod", "-debug"]);
    assert.equal(operator?.spec?.containers[0]?.image, "r/operator:1");
    assert.equal(members?.version, "3.4.20");
    assert.equal(members.pod.securityContext?.runAsUser, 1000);
    assert.equal(JSON.stringify([trident, operator, members]).includes("04da6b54"), false);
  });
}

beforeEach(async () => {
  const mocks = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
  await pulumi.runtime.setMocks(mocks, "trident-etcd", "test", false, "organization");
});

test("name no user on OpenShift, but for Trident's", async () => {
  const { operator, members } = await podsFor({}, "openshift");
  assert.equal(operator?.spec?.securityContext?.runAsUser, undefined);
  assert.equal(members?.pod.securityContext?.runAsUser, undefined);
});

test("are Trident's alone for an existing etcd, without a certificate where it is plaintext", async () => {
  const pods = await podsFor({ existingEtcdEndpoints: "http://etcd.example.com:2379", existingEtcdPlaintext: "true" });
  assert.deepEqual(Object.keys(pods), ["trident", "helper", "platform"]);
  assert.equal(pods.trident?.spec?.volumes, undefined);
});

test("have what is carried from the old Trident, and the form that an older cluster takes", async () => {
  const apis = { ...newestApis, seccompProfile: false };
  const { trident, operator } = await podsFor({}, "kubernetes", { carried: { nodeSelector: { disk: "ssd" } }, apis });
  assert.deepEqual(trident?.spec?.nodeSelector, { disk: "ssd" });
  for (const pod of [trident, operator]) {
    assert.equal(pod?.spec?.securityContext?.seccompProfile, undefined);
    assert.ok(JSON.stringify(pod?.metadata?.annotations).includes("seccomp"));
  }
});
