import type { PodSettings } from "../../kubernetes/pod-settings.ts";

/** What the new Trident's pod is given besides what it needs for its etcd. */
export interface TridentPod extends PodSettings {
  /** For Trident's own command, after those that it has. */
  readonly args?: string[];
}
