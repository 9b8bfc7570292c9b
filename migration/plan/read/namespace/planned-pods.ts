import type { V1Pod, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { EtcdAddress } from "../../../connect/etcd-address.ts";
import { gatewayPod } from "../../../connect/gateway-pod.ts";
import type { ClusterApis } from "../../../kubernetes/cluster-apis.ts";
import { pullPod } from "../../../kubernetes/images/pull-pod.ts";
import { memberPod } from "../../../members/member-pod.ts";
import {
  copiedClaimPod,
  imageCheckPod,
  imageCheckPodName,
  sourcePod,
  sourcePodName,
} from "../../../trident/legacy-etcd/legacy-pod-template.ts";
import { pullNewName } from "../../../trident/new/pull-new-trident.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import type { Flow } from "../../migration-plan.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { StackPods } from "../../stack-pods.ts";

/** What a pod is for; by it is known how many of it come at which moment. */
export type PodRole = "operator" | "member" | "trident" | "oldTrident" | "source" | "imageCheck" | "pull" | "gateway";

/** A pod that a run makes, or has made. */
export interface PlannedPod {
  readonly role: PodRole;
  /** Such as `an etcd member`. */
  readonly what: string;
  readonly pod: V1Pod;
  /** Whether this program makes it, as the user of the kubeconfig, and no controller does. */
  readonly isOwn: boolean;
}

/** Which flow it is, with the old Trident that is stopped, or put back. */
export interface PlannedFlow {
  readonly flow: Flow;
  readonly legacy?: LegacyTrident;
  readonly putBack?: LegacyTrident;
}

type PodsRequest = Pick<
  PlanRequest,
  "namespace" | "destination" | "record" | "legacyClaim" | "migrate" | "rollback"
> & { readonly stackPods?: StackPods | undefined };

/** Every kind of pod that this flow may make, once each; none where the program does not say what its own are like. */
export function plannedPods(request: PodsRequest, flow: PlannedFlow, apis: ClusterApis): PlannedPod[] {
  if (request.stackPods === undefined || flow.flow === "rolledBack") return [];
  const legacy = flow.legacy ?? flow.putBack;
  return [
    ...(flow.flow === "rollback" ? [] : stackPods(request, request.stackPods)),
    ...gatewayPods(request.destination, request.stackPods, apis),
    ...(legacy === undefined || legacy.externalEtcd !== undefined
      ? []
      : legacyPods(request, request.stackPods, legacy, apis)),
  ];
}

function stackPods({ namespace, destination }: PodsRequest, pods: StackPods): PlannedPod[] {
  const { operator, members, trident } = pods;
  const ofController = { isOwn: false };
  return [
    ...(operator === undefined
      ? []
      : [{ role: "operator", what: "the etcd-operator", pod: podOf(namespace, operator), ...ofController } as const]),
    ...(members === undefined || destination.kind !== "managed"
      ? []
      : [
          {
            role: "member",
            what: "an etcd member",
            pod: memberPod(namespace, destination.etcdCluster, members),
            ...ofController,
          } as const,
        ]),
    ...(trident === undefined
      ? []
      : [{ role: "trident", what: "the new Trident", pod: podOf(namespace, trident), ...ofController } as const]),
  ];
}

/** Through which an existing etcd is reached, where that can't be done from this machine. */
function gatewayPods(
  destination: EtcdAddress,
  { helper = {}, platform = "kubernetes" }: StackPods,
  apis: ClusterApis,
): PlannedPod[] {
  if (destination.kind !== "existing" || destination.reach === "direct") return [];
  const { namespace, gatewayImage: image } = destination;
  if (image === undefined) return [];
  const name = "trident-etcd-gateway";
  const endpoints = [{ host: "127.0.0.1", port: 2379 }];
  const pod = gatewayPod({ name, namespace, image, endpoints, platform, apis, settings: helper });
  return [{ role: "gateway", what: "the pod through which the existing etcd is reached", pod, isOwn: true }];
}

function legacyPods(
  { namespace, record, legacyClaim, rollback }: PodsRequest,
  { helper = {}, platform = "kubernetes", trident }: StackPods,
  legacy: LegacyTrident,
  apis: ClusterApis,
): PlannedPod[] {
  const owner = { name: record, uid: "not-made-yet" };
  const source = (pod: V1Pod): PlannedPod => ({ role: "source", what: `pod ${sourcePodName}`, pod, isOwn: true });
  const pull = { namespace, name: pullNewName, pods: trident?.spec ?? {}, owner };
  const pulls: PlannedPod[] =
    rollback || trident === undefined
      ? []
      : [{ role: "pull", what: `pod ${pullNewName}`, pod: pullPod(pull, platform, apis), isOwn: true }];
  if (legacy.isUninstalled === true) {
    const { etcdImages: [etcd] = [], copyImage: copy } = legacyClaim ?? {};
    if (etcd === undefined || copy === undefined) return pulls;
    return [...pulls, source(copiedClaimPod(legacy, owner, { etcd, copy }, helper))];
  }
  const imageCheck = imageCheckPod(legacy, owner, helper);
  return [
    ...(rollback
      ? []
      : [{ role: "imageCheck", what: `pod ${imageCheckPodName}`, pod: imageCheck, isOwn: true } as const]),
    ...pulls,
    source(sourcePod(legacy, owner, helper)),
    { role: "oldTrident", what: "the old Trident", pod: podOf(namespace, legacy.template), isOwn: false },
  ];
}

function podOf(namespace: string, { metadata, spec }: V1PodTemplateSpec): V1Pod {
  const { labels = {}, annotations = {} } = metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: "trident-etcd-try-", namespace, labels, annotations },
    ...(spec === undefined ? {} : { spec }),
  };
}
