import * as pulumi from "@pulumi/pulumi";
import { stackAnnotation } from "@trident-etcd/migration/kubernetes/ownership.ts";

/** Names a stack within its backend. */
export function stackIdentity(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/**
 * Notes on each Kubernetes object which stack made it, so that another stack's plan sees it. On the object's own metadata alone,
 * so that no pod is restarted for it; not on definitions, which stacks share.
 */
export function annotateWithStack(identity: string): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:") || type.endsWith(":CustomResourceDefinition")) return undefined;
    const { metadata } = props as { readonly metadata?: Metadata };
    if (metadata === undefined) return undefined;
    return { props: { ...props, metadata: annotated(metadata, identity) }, opts };
  };
}

interface Metadata {
  readonly annotations?: Annotations | pulumi.Output<Annotations>;
}

type Annotations = Readonly<Record<string, pulumi.Input<string>>>;

function annotated(metadata: Metadata, identity: string): unknown {
  const withStack = (annotations: Annotations | undefined): Annotations => ({
    ...annotations,
    [stackAnnotation]: identity,
  });
  const { annotations } = metadata;
  return {
    ...metadata,
    annotations: pulumi.Output.isInstance(annotations) ? annotations.apply(withStack) : withStack(annotations),
  };
}
