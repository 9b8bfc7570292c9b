import assert from "node:assert/strict";
import { test } from "node:test";
import { podPlacement, withPodSettings, type PodSettings } from "../../../migration/kubernetes/pod-settings.ts";

const spec = {
  serviceAccountName: "somebody",
  containers: [
    {
      name: "main",
      image: "example.com/main:1",
      env: [{ name: "OWN", value: "1" }],
      volumeMounts: [{ name: "own", mountPath: "/own" }],
      resources: { requests: { cpu: "10m" } },
    },
  ],
  volumes: [{ name: "own", emptyDir: {} }],
};

test("a pod without settings is the same pod", () => {
  assert.deepEqual(withPodSettings(spec, {}), spec);
});

test("a pod is given what says where it runs and who pulls for it", () => {
  const placement: PodSettings = {
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "dedicated", operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    hostAliases: [{ ip: "192.0.2.1", hostnames: ["storage.example.com"] }],
    priorityClassName: "system-cluster-critical",
    schedulerName: "other",
    dnsPolicy: "None",
    dnsConfig: { nameservers: ["192.0.2.53"] },
  };
  assert.deepEqual(withPodSettings(spec, placement), { ...spec, ...placement });
});

test("each container keeps its own variables, mounts and volumes, unless the settings say them anew", () => {
  const settings: PodSettings = {
    env: [
      { name: "HTTPS_PROXY", value: "http://proxy.example.com" },
      { name: "OWN", value: "2" },
    ],
    resources: { limits: { memory: "1Gi" } },
    volumeMounts: [{ name: "more", mountPath: "/more" }],
    volumes: [{ name: "more", configMap: { name: "more" } }],
  };
  const { containers, volumes } = withPodSettings(spec, settings);
  const [container] = containers;
  assert.deepEqual(container?.env, settings.env);
  assert.deepEqual(container?.resources, settings.resources);
  assert.deepEqual(
    container?.volumeMounts?.map(({ mountPath }) => mountPath),
    ["/own", "/more"],
  );
  assert.deepEqual(
    volumes?.map(({ name }) => name),
    ["own", "more"],
  );
});

test("the placement alone leaves out what containers are given", () => {
  const settings: PodSettings = { env: [{ name: "A", value: "1" }], nodeSelector: { disk: "fast" }, volumes: [] };
  assert.deepEqual(podPlacement(settings), { nodeSelector: { disk: "fast" } });
});
