import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterClient } from "../../../migration/kubernetes/cluster-client.ts";
import { patchDeployment } from "../../../migration/kubernetes/patch-deployment.ts";

test("a Deployment is marked and scaled at once, if it is still that one, and what is not given stays", async () => {
  const calls: unknown[] = [];
  const patchNamespacedDeployment = (call: unknown): Promise<void> => {
    calls.push(call);
    return Promise.resolve();
  };
  const cluster = { apps: { patchNamespacedDeployment } } as unknown as ClusterClient;
  const identity = { namespace: "trident", name: "trident", uid: "uid-1" };
  await patchDeployment(cluster, identity, { annotations: { mark: "1", other: null }, replicas: 0 });
  await patchDeployment(cluster, identity, { annotations: { mark: null } });
  await patchDeployment(cluster, identity, { replicas: 1 });
  const place = { namespace: "trident", name: "trident" };
  assert.deepEqual(calls, [
    { ...place, body: { metadata: { uid: "uid-1", annotations: { mark: "1", other: null } }, spec: { replicas: 0 } } },
    { ...place, body: { metadata: { uid: "uid-1", annotations: { mark: null } } } },
    { ...place, body: { metadata: { uid: "uid-1" }, spec: { replicas: 1 } } },
  ]);
});
