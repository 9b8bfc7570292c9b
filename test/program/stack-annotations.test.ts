import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { annotateWithStack } from "../../program/stack-annotations.ts";
import { valueOf } from "../components/registrations.ts";

const ofStack = {
  "trident-etcd/stack": "organization/project/production",
  "trident-etcd/stack-uid": "a-uid",
  "pulumi.com/patchForce": "true",
};
const annotate = annotateWithStack("organization/project/production", "a-uid");

async function transformed(type: string, props: object): Promise<Record<string, unknown> | undefined> {
  const args = { custom: true, type, name: "a", props, opts: {} };
  return (await annotate(args))?.props as Record<string, unknown> | undefined;
}

test("each object is annotated with its stack, beside the annotations that it has", async () => {
  const spec = { template: { metadata: { labels: { a: "b" } } } };
  assert.deepEqual(
    await transformed("kubernetes:apps/v1:Deployment", { metadata: { name: "n", annotations: { c: "d" } }, spec }),
    {
      metadata: { name: "n", annotations: { c: "d", ...ofStack } },
      spec,
    },
  );
  assert.deepEqual(await transformed("kubernetes:core/v1:Secret", { metadata: { name: "n" } }), {
    metadata: { name: "n", annotations: ofStack },
  });
});

test("annotations that come later are annotated then", async () => {
  const annotations = pulumi.output({ c: "d" });
  const props = await transformed("kubernetes:core/v1:Secret", { metadata: { name: "n", annotations } });
  const { annotations: later } = props?.metadata as { annotations: pulumi.Output<Record<string, string>> };
  assert.deepEqual(await valueOf(later), { c: "d", ...ofStack });
});

test("neither what stacks share is annotated, nor what is no object", async () => {
  const metadata = { name: "n" };
  assert.equal(
    await transformed("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", { metadata }),
    undefined,
  );
  assert.equal(await transformed("trident-etcd:index:Trident", { metadata }), undefined);
  assert.equal(await transformed("kubernetes:core/v1:Secret", {}), undefined);
});

test("a CRD is annotated where only the stack that made it can change it", async () => {
  const args = {
    ...{ custom: true, type: "kubernetes:apiextensions.k8s.io/v1beta1:CustomResourceDefinition", name: "a", opts: {} },
    props: { metadata: { name: "n" } },
  };
  const props = (await annotateWithStack("organization/project/production", "a-uid", { serverSideApply: false })(args))
    ?.props;
  assert.deepEqual(props, { metadata: { name: "n", annotations: ofStack } });
});
