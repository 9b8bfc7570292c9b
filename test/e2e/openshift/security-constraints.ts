import type { V1Pod, V1PodSpec } from "@kubernetes/client-node";

/** The numbers that OpenShift gives a namespace for its pods' users, from its annotation. */
export interface UserRange {
  readonly first: number;
  readonly last: number;
}

export const userRangeAnnotation = "openshift.io/sa.scc.uid-range";
export const constraintAnnotation = "openshift.io/scc";

/** Of `1000680000/10000`: the first, and how many. */
export function userRange(annotation: string): UserRange {
  const [first = Number.NaN, count = Number.NaN] = annotation.split("/").map(Number);
  return { first, last: first + count - 1 };
}

/** What the constraint `restricted` fills in where a pod says nothing: one user, who also owns its volumes. */
export function restrictedPod(pod: V1Pod, range: UserRange): V1Pod {
  const filled = structuredClone(pod);
  const { spec } = filled;
  if (spec === undefined) return filled;
  const user = spec.securityContext?.runAsUser ?? range.first;
  spec.securityContext = Object.assign({ fsGroup: range.first }, spec.securityContext);
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    container.securityContext = Object.assign({ runAsUser: user }, container.securityContext);
  }
  return filled;
}

/** What `restricted` forbids, in words like OpenShift's own; empty when the pod may run. */
export function violationsOfRestricted(pod: V1Pod, range: UserRange): string[] {
  const spec = pod.spec ?? { containers: [] };
  return [
    ...numbersOf(spec).flatMap(([field, value]) =>
      value < range.first || value > range.last
        ? [`${field}: Invalid value: ${value}: must be in the ranges: [${range.first}, ${range.last}]`]
        : [],
    ),
    ...[...(spec.initContainers ?? []), ...spec.containers]
      .filter(({ securityContext }) => securityContext?.privileged === true)
      .map(({ name }) => `${name}: Privileged containers are not allowed`),
    ...(spec.volumes ?? [])
      .filter(({ hostPath }) => hostPath !== undefined)
      .map(({ name }) => `volume ${name}: hostPath volumes are not allowed to be used`),
    ...(spec.hostNetwork === true ? ["hostNetwork: Host network is not allowed to be used"] : []),
  ];
}

function numbersOf(spec: V1PodSpec): (readonly [field: string, value: number])[] {
  const { runAsUser, fsGroup } = spec.securityContext ?? {};
  const containers = [...(spec.initContainers ?? []), ...spec.containers].map(
    ({ name, securityContext }) => [`${name}.runAsUser`, securityContext?.runAsUser] as const,
  );
  const all = [["spec.runAsUser", runAsUser] as const, ["spec.fsGroup", fsGroup] as const, ...containers];
  return all.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const]));
}
