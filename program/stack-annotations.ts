import * as pulumi from "@pulumi/pulumi";
import { newestApis, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { stackAnnotation, stackUidAnnotation } from "@trident-etcd/migration/kubernetes/ownership.ts";

/** Names a stack within its backend. */
export function stackName(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/**
 * Notes on each Kubernetes object which stack made it, so that another stack's plan sees it, and has Pulumi set right what others have
 * changed about it: the plan has seen to it that it is the stack's. On the object's own metadata alone, so that no pod is restarted for
 * it. Not on CRDs, which stacks share; only where the API server can't apply what is there, one stack alone makes the CRD, and the others use it.
 */
export function annotateWithStack(
  stack: string,
  stackUid: pulumi.Input<string>,
  { serverSideApply }: Pick<ClusterApis, "serverSideApply"> = newestApis,
): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:")) return undefined;
    if (type.endsWith(":CustomResourceDefinition") && serverSideApply) return undefined;
    const { metadata } = props as { readonly metadata?: Metadata };
    if (metadata === undefined) return undefined;
    return { props: { ...props, metadata: annotated(metadata, stack, stackUid) }, opts };
  };
}

interface Metadata {
  readonly annotations?: Annotations | pulumi.Output<Annotations>;
}

type Annotations = Readonly<Record<string, pulumi.Input<string>>>;

function annotated(metadata: Metadata, stack: string, stackUid: pulumi.Input<string>): unknown {
  const withStack = (annotations: Annotations | undefined): Annotations => ({
    ...annotations,
    [stackAnnotation]: stack,
    [stackUidAnnotation]: stackUid,
    "pulumi.com/patchForce": "true",
  });
  const { annotations } = metadata;
  return {
    ...metadata,
    annotations: pulumi.Output.isInstance(annotations) ? annotations.apply(withStack) : withStack(annotations),
  };
}
