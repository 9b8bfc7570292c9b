import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import type { Platform } from "../kubernetes/detect-platform.ts";
import type { PodSettings } from "../kubernetes/pod-settings.ts";
import type { ClusterApis } from "../kubernetes/cluster-apis.ts";
import type { MemberSpec } from "../members/member-pod.ts";
import type { TridentPod } from "../trident/new/trident-pod.ts";

/** What they depend on that a plan finds out first. */
export interface PodsDependOn {
  /** What the new Trident's pod has of the old one's. */
  readonly carried: TridentPod;
  readonly apis: ClusterApis;
}

/** The pods that the stack's controllers will make, as its objects ask for them. */
export interface StackPods {
  /** Absent, as the members are, for an etcd that is not the stack's own. */
  readonly operator?: V1PodTemplateSpec;
  readonly members?: MemberSpec;
  /** Absent for an etcd alone. */
  readonly trident?: V1PodTemplateSpec;
  /** What the pods are given that this program makes itself for a moment. */
  readonly helper?: PodSettings;
  /** Which says as whom those run. */
  readonly platform?: Platform;
}
