import { ClusterRequestError } from "../../../../../migration/kubernetes/errors.ts";
import type { FakePlanEnvironment } from "../fake-plan-environment.ts";

// What the plan says of a namespace that takes less than the run makes.

export function isRestricted(environment: FakePlanEnvironment): void {
  environment.dryRun = (path, object) =>
    JSON.stringify(object).includes("trident-external-etcd")
      ? new ClusterRequestError(
          { method: "POST", path },
          403,
          'pods "trident-etcd-try-x7" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container ' +
            '"trident-main" must set securityContext.runAsNonRoot=true)',
        )
      : object;
}

export function hasASmallQuota(environment: FakePlanEnvironment): void {
  const path = "/api/v1/namespaces/trident/resourcequotas";
  environment.lists.set(path, [
    {
      metadata: { name: "compute" },
      status: { hard: { pods: "3", "requests.memory": "1Gi" }, used: { pods: "0", "requests.memory": "0" } },
    },
  ]);
}
