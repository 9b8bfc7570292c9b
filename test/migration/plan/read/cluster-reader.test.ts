import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { JsonRequest } from "../../../../migration/kubernetes/cluster-client.ts";
import { ClusterRequestError } from "../../../../migration/kubernetes/errors.ts";
import { readerOf } from "../../../../migration/plan/read/cluster-reader.ts";

const path = "/api/v1/namespaces/trident/secrets/a";

describe("the reader of a cluster", () => {
  it("gives what is there, and nothing for what is not", async () => {
    const reader = readerOf(answering((request) => (request.path === path ? { metadata: { name: "a" } } : 404)));
    assert.deepEqual(await reader.read(path), { metadata: { name: "a" } });
    assert.equal(await reader.read("/api/v1/namespaces/trident/secrets/b"), undefined);
    assert.equal(reader.refusalOf(path), undefined);
  });

  it("gives nothing for what may not be read, and remembers the refusal", async () => {
    const reader = readerOf(answering(() => 403));
    assert.equal(await reader.read(path), undefined);
    assert.equal(await reader.list("/api/v1/pods"), undefined);
    assert.match(reader.refusalOf(path)?.message ?? "", /secrets\/a with 403/);
    assert.equal(reader.refusalOf("/api/v1/nodes"), undefined);
  });

  it("asks a few questions at a time, the others in their turn", async () => {
    const atOnce = { now: 0, most: 0 };
    const reader = readerOf({
      requestJson: async ({ path: asked }) => {
        atOnce.now += 1;
        atOnce.most = Math.max(atOnce.most, atOnce.now);
        await setImmediate();
        atOnce.now -= 1;
        if (asked.endsWith("/3")) throw new Error("no answer");
        return { metadata: { name: asked } };
      },
    });
    const paths = Array.from({ length: 20 }, (_, number) => `/api/v1/pods/${number}`);
    const answers = await Promise.allSettled(paths.map((each) => reader.read(each)));
    assert.deepEqual(
      answers.map((answer) => (answer.status === "fulfilled" ? answer.value?.metadata?.name : "failed")),
      paths.with(3, "failed"),
    );
    assert.ok(atOnce.most > 1 && atOnce.most <= 8, `${atOnce.most} at once`);
  });

  it("hands on every other failure", async () => {
    await assert.rejects(readerOf(answering(() => 500)).read(path), { name: "ClusterRequestError" });
  });

  it("asks for a permission by its verb, group, resource, subresource and namespace", async () => {
    const asked: JsonRequest[] = [];
    const reader = readerOf(answering((request) => (asked.push(request), { status: { allowed: true } })));
    assert.equal(
      await reader.allows({ verb: "get", group: "", resource: "pods/portforward", namespace: "storage" }),
      true,
    );
    assert.deepEqual(asked, [
      {
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: {
            resourceAttributes: {
              verb: "get",
              group: "",
              resource: "pods",
              subresource: "portforward",
              namespace: "storage",
            },
          },
        },
      },
    ]);
    const refusing = readerOf(answering(() => ({ status: { allowed: false } })));
    assert.equal(await refusing.allows({ verb: "get", group: "apps", resource: "deployments" }), false);
  });
});

/** An answer, or an error status. */
function answering(answer: (request: JsonRequest) => unknown): Parameters<typeof readerOf>[0] {
  return {
    requestJson: (request) => {
      const given = answer(request);
      return typeof given === "number"
        ? Promise.reject(new ClusterRequestError(request, given, "as asked for"))
        : Promise.resolve(given);
    },
  };
}
