import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** What a pod tells of the images that it pulls. */
export type PullOutcome =
  | { readonly kind: "pulled" }
  /** In the kubelet's own words. */
  | { readonly kind: "failed"; readonly image: string; readonly reason: string }
  | { readonly kind: "underWay" };

/** Waiting reasons that a kubelet gives where an image can't be had. */
const notPulled = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** Reasons that it gives only once it has the image. */
const pulledButNotStarted = new Set(["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]);

/** Whether all of the pod's images are pulled. */
export function pullOutcome(pod: V1Pod): PullOutcome {
  const { containerStatuses = [], phase, reason, message } = pod.status ?? {};
  const outcomes = containerStatuses.map(outcomeOf);
  const failed = outcomes.find(({ kind }) => kind === "failed");
  if (failed !== undefined) return failed;
  const containers = pod.spec?.containers ?? [];
  if (outcomes.length === containers.length && outcomes.every(({ kind }) => kind === "pulled"))
    return { kind: "pulled" };
  // Evicted, or refused by its node.
  if (phase === "Failed") {
    const images = containers.map(({ image = "" }) => image).join(", ");
    return { kind: "failed", image: images, reason: `${reason ?? "the pod failed"}: ${message ?? "no message"}` };
  }
  return { kind: "underWay" };
}

function outcomeOf({ image, state = {} }: V1ContainerStatus): PullOutcome {
  const { waiting, running, terminated } = state;
  const words = waiting?.message ?? terminated?.message ?? "";
  if (words.includes("exec format error")) {
    return {
      kind: "failed",
      image,
      reason: "it is made for another architecture than its node has (exec format error)",
    };
  }
  if (running !== undefined || terminated !== undefined) return { kind: "pulled" };
  const reason = waiting?.reason ?? "";
  if (pulledButNotStarted.has(reason)) return { kind: "pulled" };
  if (!notPulled.has(reason)) return { kind: "underWay" };
  return { kind: "failed", image, reason: words === "" ? reason : `${reason}: ${words}` };
}
