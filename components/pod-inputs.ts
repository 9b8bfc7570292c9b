import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";

type EnvironmentVariables = NonNullable<PodSettings["env"]>;

/** The same for a resource's inputs: a variable's value, such as a proxy's URL, may hold a password, and is kept as a secret. */
export function secretValues(env: EnvironmentVariables): kubernetes.types.input.core.v1.EnvVar[] {
  return env.map(({ value, ...variable }) =>
    value === undefined ? variable : { ...variable, value: pulumi.secret(value) },
  );
}

/** As a component's arguments, which the engine keeps. */
export function podInState(pod: PodSettings): pulumi.Inputs {
  return { ...pod, ...(pod.env === undefined ? {} : { env: secretValues(pod.env) }) };
}

/** Of a container's inputs: nothing where none is said. */
export function pullPolicyOf({ imagePullPolicy }: Pick<PodSettings, "imagePullPolicy"> = {}): {
  readonly imagePullPolicy?: string;
} {
  return imagePullPolicy === undefined ? {} : { imagePullPolicy };
}
