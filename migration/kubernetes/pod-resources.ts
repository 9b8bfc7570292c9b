import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { parseQuantity } from "./quantity.ts";

/** What a pod takes of `requests.cpu`, `limits.memory` and the like, as the scheduler and a ResourceQuota count it. */
export function podTakes(pod: V1Pod, kind: "requests" | "limits", resource: string): number {
  const { containers = [], initContainers = [], overhead } = pod.spec ?? {};
  const of = ({ resources }: V1Container) => parseQuantity(resources?.[kind]?.[resource] ?? "0");
  const together = containers.reduce((sum, each) => sum + of(each), 0);
  // Init containers run one after the other, before the others.
  return Math.max(together, ...initContainers.map(of)) + parseQuantity(overhead?.[resource] ?? "0");
}

/** Whether nothing of the pod asks for any processor time or memory. */
export function isBestEffort(pod: V1Pod): boolean {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers].every(({ resources }) =>
    (["requests", "limits"] as const).every((kind) =>
      ["cpu", "memory"].every((resource) => parseQuantity(resources?.[kind]?.[resource] ?? "0") === 0),
    ),
  );
}
