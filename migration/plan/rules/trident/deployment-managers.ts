import type { V1Deployment } from "@kubernetes/client-node";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { ClusterReader, ServedObject } from "../../read/cluster-reader.ts";
import { findMarks, type DeploymentMark } from "../../read/deployment-marks.ts";
import { risksOf, type Risk } from "../findings.ts";

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

export async function findManagers(
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

/** Blockers for what undoes a migration by itself, risks for what may. */
export function judgeManagers(managers: DeploymentManagers): { blockers: Blocker[]; risks: Risk[] } {
  const { deployment, namespace, marks, owner, scalers, scalersKnown } = managers;
  const what = `Deployment ${deployment} in namespace ${namespace}`;
  const blocker = (message: string, remedy: string): Blocker => ({
    kind: "managedDeployment",
    object: `Deployment/${deployment}`,
    message,
    remedy,
  });
  const ours = "The new Trident's Deployment takes its name";
  return {
    blockers: [
      ...marks
        .filter((mark) => mark.isCertain)
        .map((mark) =>
          blocker(
            `${what} is kept in sync by ${mark.who}, says its ${mark.mark}. ${ours}, and the next sync would put the old one over it.`,
            [
              `Have it left alone: ${mark.release}. Then take the mark off, and run this again:`,
              ...mark.taken.map((words) => {
                const [verb = "", ...keys] = words.split(" ");
                return `kubectl --namespace ${namespace} ${verb} deployment ${deployment} ${keys.join(" ")}`;
              }),
            ].join("\n"),
          ),
        ),
      ...(owner === undefined
        ? []
        : [
            blocker(
              `${what} belongs to ${owner}, whose controller made it and makes it again once it is stopped or deleted.`,
              `Stop that controller for good, and then free the Deployment: \`kubectl --namespace ${namespace} patch deployment ` +
                `${deployment} --type json --patch '[{"op":"remove","path":"/metadata/ownerReferences"}]'\`. Without the first, it would take ` +
                "the Deployment back.",
            ),
          ]),
      ...scalers.map((scaler) => {
        const [kind = "", name = ""] = scaler.split("/");
        return blocker(
          `${kind} ${name} in namespace ${namespace} scales Deployment ${deployment}. ${ours}, and more than one replica would be two Tridents ` +
            "on one etcd.",
          `Delete it, since Trident is made for one replica: \`kubectl --namespace ${namespace} delete ${kind.toLowerCase()} ${name}\`.`,
        );
      }),
    ],
    risks: [
      ...risksOf(
        "service",
        marks.filter((mark) => !mark.isCertain).map((mark) => mayBeUndone(what, mark)),
      ),
      ...risksOf("knowledge", scalersKnown ? [] : [unknownScalers(namespace, deployment)]),
    ],
  };
}

function mayBeUndone(what: string, { who, mark, release }: DeploymentMark): string {
  return `${what} was installed by ${who}, says its ${mark}: ${release}.`;
}

function unknownScalers(namespace: string, deployment: string): string {
  return (
    `The user of the kubeconfig may not list the HorizontalPodAutoscalers of namespace ${namespace}: one of Deployment ${deployment} ` +
    `is to be deleted before (\`kubectl --namespace ${namespace} get horizontalpodautoscalers\`).`
  );
}
