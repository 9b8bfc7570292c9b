import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterRequestError } from "../../../migration/kubernetes/errors.ts";
import { detectPlatform } from "../../../migration/kubernetes/detect-platform.ts";

function answering(answer: number): Parameters<typeof detectPlatform>[0] {
  return {
    requestJson: (request) =>
      answer === 200 ? Promise.resolve({}) : Promise.reject(new ClusterRequestError(request, answer, "as asked for")),
  };
}

test("tells OpenShift by its SecurityContextConstraints' API group", async () => {
  assert.equal(await detectPlatform(answering(200)), "openshift");
});

test("takes a cluster without that group, or one that does not tell, for plain Kubernetes", async () => {
  assert.equal(await detectPlatform(answering(404)), "kubernetes");
  assert.equal(await detectPlatform(answering(403)), "kubernetes");
});

test("does not take a failing API server for plain Kubernetes", async () => {
  await assert.rejects(detectPlatform(answering(500)), ClusterRequestError);
});
