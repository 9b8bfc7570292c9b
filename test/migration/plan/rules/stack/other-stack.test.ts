import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { checkOwners } from "../../../../../migration/plan/rules/stack/other-stack.ts";
import type { FoundObject } from "../../../../../migration/plan/read/stack-objects.ts";

const mine = "organization/trident-etcd/production";
const request = { stack: mine, namespace: "storage", takeOver: false };
const labels = { "app.kubernetes.io/managed-by": "trident-etcd" };

function found(object: string, stack?: string, isOurs = true): FoundObject {
  const annotations = stack === undefined ? {} : { annotations: { "trident-etcd/stack": stack } };
  return { object, path: "", served: { metadata: { ...(isOurs ? { labels } : {}), ...annotations } } };
}

describe("the objects in the namespace", () => {
  it("are this stack's when they name it, or were made before stacks were named", () => {
    const objects = [found("Secret/a", mine), found("Secret/b"), { object: "Secret/c", path: "", served: undefined }];
    assert.deepEqual(blockersOf(objects, request), []);
  });

  it("that name another stack block, whatever their number, and the way to take them over is said", () => {
    const objects = ["Secret/a", "Secret/b", "Service/c", "ClusterRole/d", "EtcdCluster/e"];
    const [blocker, another] = blockersOf(
      [found("Secret/mine", mine), ...objects.map((object) => found(object, "organization/trident-etcd/staging"))],
      request,
    );
    assert.equal(another, undefined);
    assert.equal(blocker?.kind, "otherStack");
    assert.match(
      blocker.message,
      /another stack, organization\/trident-etcd\/staging \(Secret\/a, Secret\/b, Service\/c and 2 more\)/,
    );
    assert.match(inSettings(blocker.remedy), /`pulumi config set takeOver true`/);
  });

  it("are this stack's, too, when somebody has written over the name and the uid is still its own", () => {
    const withUid = (each: FoundObject, uid: string): FoundObject => {
      const { metadata } = each.served ?? {};
      const annotations = { ...metadata?.annotations, "trident-etcd/stack-uid": uid };
      return { ...each, served: { ...each.served, metadata: { ...metadata, annotations } } };
    };
    const own = withUid(found("Secret/a", mine), "1");
    assert.deepEqual(blockersOf([own, withUid(found("Deployment/b", "nobody"), "1")], request), []);
    assert.equal(blockersOf([own, withUid(found("Deployment/b", "nobody"), "2")], request).length, 1);
  });

  it("of another stack are in nobody's way once they are to be taken over", () => {
    const objects = [found("Secret/a", "organization/trident-etcd/staging")];
    assert.deepEqual(blockersOf(objects, { ...request, takeOver: true }), []);
  });

  it("that this program did not make are checked elsewhere", () => {
    assert.deepEqual(blockersOf([found("Secret/a", "organization/x/y", false)], request), []);
  });
});

function blockersOf(...args: Parameters<typeof checkOwners>) {
  const { blockers, risks } = checkOwners(...args);
  assert.deepEqual(risks, []);
  return blockers;
}
