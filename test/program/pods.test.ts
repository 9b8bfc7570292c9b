import assert from "node:assert/strict";
import { test } from "node:test";

import { isGiven, podsOf } from "../../program/pods.ts";
import { defaultSettings } from "../../program/settings/settings.ts";

const registry = [{ name: "registry" }];

test("is nothing for any pod where nothing is set", () => {
  for (const pod of Object.values(podsOf(defaultSettings))) assert.ok(!isGiven(pod as object));
});

test("has every pod pull with the same Secrets, but for the members, which have those of their account", () => {
  const { trident, members, operator, helper } = podsOf({ ...defaultSettings, imagePullSecrets: ["registry"] });
  assert.deepEqual(
    [trident, members, operator, helper],
    [{ imagePullSecrets: registry }, {}, { imagePullSecrets: registry }, { imagePullSecrets: registry }],
  );
});

test("has all pull when that is set, but for the members, whose operator takes no such word", () => {
  const { trident, members, operator, helper } = podsOf({ ...defaultSettings, imagePullPolicy: "Always" });
  const always = { imagePullPolicy: "Always" };
  assert.deepEqual([trident, members, operator, helper], [always, {}, always, always]);
});

test("takes a pod's own setting before what is said for all, and that before what is carried, each field for itself", () => {
  const carried = {
    imagePullSecrets: [{ name: "old" }],
    nodeSelector: { disk: "fast" },
    priorityClassName: "old",
    args: ["-https_rest"],
  };
  const settings = { ...defaultSettings, imagePullSecrets: ["registry"], tridentPod: { priorityClassName: "new" } };
  assert.deepEqual(podsOf(settings, carried).trident, {
    imagePullSecrets: registry,
    nodeSelector: { disk: "fast" },
    priorityClassName: "new",
    args: ["-https_rest"],
  });
});

test("leaves out what a setting empties, but for resources, which have a default", () => {
  const carried = { nodeSelector: { disk: "fast" }, priorityClassName: "old", tolerations: [{ operator: "Exists" }] };
  const tridentPod = { nodeSelector: {}, priorityClassName: "", tolerations: [], resources: {} };
  assert.deepEqual(podsOf({ ...defaultSettings, tridentPod }, carried).trident, { resources: {} });
});
