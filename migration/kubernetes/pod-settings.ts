import type {
  V1Affinity,
  V1Container,
  V1EnvFromSource,
  V1EnvVar,
  V1HostAlias,
  V1PodDNSConfig,
  V1PodSpec,
  V1ResourceRequirements,
  V1Toleration,
  V1Volume,
  V1VolumeMount,
} from "@kubernetes/client-node";

/** What pods of ours can be given, so that they can be pulled and placed where they are. Under Kubernetes' own names. */
export interface PodSettings extends PodPlacement, ContainerSettings {
  /** Besides those that the pod has; one of the same name takes its place. */
  readonly volumes?: V1Volume[];
}

/** Fields of a pod's specification that don't touch what it is made of. */
export interface PodPlacement {
  /** Secrets in the pod's namespace; their contents never come near. */
  readonly imagePullSecrets?: { name: string }[];
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: V1Toleration[];
  readonly affinity?: V1Affinity;
  readonly hostAliases?: V1HostAlias[];
  readonly priorityClassName?: string;
  readonly schedulerName?: string;
  readonly dnsPolicy?: string;
  readonly dnsConfig?: V1PodDNSConfig;
}

/** When a node pulls an image; Kubernetes chooses where none is said. */
export type PullPolicy = "IfNotPresent" | "Always" | "Never";

/** What each of the pod's containers is given. */
export interface ContainerSettings {
  readonly imagePullPolicy?: PullPolicy;
  /** Besides those that the container has; one of the same name takes its place. A value may hold a password. */
  readonly env?: V1EnvVar[];
  readonly envFrom?: V1EnvFromSource[];
  readonly resources?: V1ResourceRequirements;
  /** Besides those that the container has; one at the same path takes its place. */
  readonly volumeMounts?: V1VolumeMount[];
}

/** All of them. */
export const placementFields = [
  "imagePullSecrets",
  "nodeSelector",
  "tolerations",
  "affinity",
  "hostAliases",
  "priorityClassName",
  "schedulerName",
  "dnsPolicy",
  "dnsConfig",
] as const satisfies readonly (keyof PodPlacement)[];

// As plain objects, which they are.
type PodSpec = Pick<V1PodSpec, keyof V1PodSpec>;
type Container = Pick<V1Container, keyof V1Container>;

/** The specification with the settings in it. Nothing changes for a setting that is not there. */
export function withPodSettings(spec: PodSpec, settings: PodSettings): PodSpec {
  const { volumes } = settings;
  return {
    ...spec,
    ...podPlacement(settings),
    containers: spec.containers.map((container) => withContainerSettings(container, settings)),
    ...(volumes === undefined ? {} : { volumes: joinedBy(spec.volumes, volumes, "name") }),
  };
}

/** Those of the settings that say where a pod runs, and who pulls for it. */
export function podPlacement(settings: PodPlacement): PodPlacement {
  return Object.fromEntries(
    placementFields.filter((field) => settings[field] !== undefined).map((field) => [field, settings[field]]),
  );
}

function withContainerSettings(
  container: Container,
  { imagePullPolicy, env, envFrom, resources, volumeMounts }: ContainerSettings,
): Container {
  return {
    ...container,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    ...(env === undefined ? {} : { env: joinedBy(container.env, env, "name") }),
    ...(envFrom === undefined ? {} : { envFrom: [...(container.envFrom ?? []), ...envFrom] }),
    ...(resources === undefined ? {} : { resources }),
    ...(volumeMounts === undefined
      ? {}
      : { volumeMounts: joinedBy(container.volumeMounts, volumeMounts, "mountPath") }),
  };
}

/** Those that were there and are not given anew, and those that are given. */
export function joinedBy<Item extends object>(
  own: readonly Item[] = [],
  given: readonly Item[],
  key: keyof Item,
): Item[] {
  const names = new Set(given.map((each) => each[key]));
  return [...own.filter((each) => !names.has(each[key])), ...given];
}
