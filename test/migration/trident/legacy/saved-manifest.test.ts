import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stoppedReplicasAnnotation } from "../../../../migration/trident/legacy/legacy-trident.ts";
import { savedManifest } from "../../../../migration/trident/legacy/saved-manifest.ts";

describe("the saved manifest", () => {
  it("keeps what the user said, unknown fields included, and drops what only the server writes", () => {
    const saved = savedManifest({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "trident",
        labels: { app: "x" },
        annotations: { mine: "1", [stoppedReplicasAnnotation]: "1" },
        uid: "u",
        resourceVersion: "1",
        generation: 2,
        creationTimestamp: "2020-01-01T00:00:00Z",
        managedFields: [],
      },
      spec: { replicas: 1, fromTheFuture: true },
      status: { readyReplicas: 1 },
    });
    assert.deepEqual(JSON.parse(saved), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "trident", labels: { app: "x" }, annotations: { mine: "1" } },
      spec: { replicas: 1, fromTheFuture: true },
    });
  });
});
