import type { V1Deployment } from "@kubernetes/client-node";
import type { ClusterReader, ServedObject } from "./cluster-reader.ts";
import { findMarks, type DeploymentMark } from "./deployment-marks.ts";

/** Who else changes the old Trident's Deployment, and so would undo a migration. */
export interface DeploymentManagers {
  readonly deployment: string;
  readonly namespace: string;
  readonly marks: readonly DeploymentMark[];
  /** The object that made it and keeps it, as `Kind/name`. */
  readonly owner?: string;
  /** HorizontalPodAutoscalers and KEDA's ScaledObjects of it, as `Kind/name`. */
  readonly scalers: readonly string[];
  /** Whether they may be looked for. */
  readonly scalersKnown: boolean;
}

interface Scaler extends ServedObject {
  readonly spec?: { readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } };
  readonly metadata?: ServedObject["metadata"] & { readonly ownerReferences?: readonly { readonly kind?: string }[] };
}

export async function readManagers(
  reader: Pick<ClusterReader, "list" | "refusalOf">,
  deployment: V1Deployment,
): Promise<DeploymentManagers> {
  const { name = "", namespace = "", ownerReferences = [] } = deployment.metadata ?? {};
  const autoscalersPath = `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`;
  const [autoscalers, scaledObjects] = await Promise.all([
    reader.list(autoscalersPath),
    reader.list(`/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects`),
  ]);
  const named = (kind: string, found: readonly ServedObject[] = []): string[] =>
    found
      .filter((each) => isOf(each, name) && !(each as Scaler).metadata?.ownerReferences?.some(isScaledObject))
      .map((each) => `${kind}/${each.metadata?.name ?? ""}`);
  const owner = ownerReferences.find((each) => each.controller === true);
  return {
    deployment: name,
    namespace,
    marks: findMarks(deployment.metadata ?? {}),
    ...(owner === undefined ? {} : { owner: `${owner.kind}/${owner.name}` }),
    scalers: [...named("ScaledObject", scaledObjects), ...named("HorizontalPodAutoscaler", autoscalers)],
    scalersKnown: reader.refusalOf(autoscalersPath) === undefined,
  };
}

function isOf(scaler: ServedObject, deployment: string): boolean {
  const { kind = "Deployment", name } = (scaler as Scaler).spec?.scaleTargetRef ?? {};
  return kind === "Deployment" && name === deployment;
}

/** One that KEDA has made goes with its ScaledObject. */
function isScaledObject({ kind }: { readonly kind?: string }): boolean {
  return kind === "ScaledObject";
}
