import type { Blocker } from "./blocker.ts";

/** What kubelets take, as `kubectl create secret docker-registry` makes it. */
export const pullSecretTypes: readonly string[] = ["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];

export function pullSecretMissing(namespace: string, name: string, makesNamespace = false): Blocker {
  return {
    kind: "pullSecretMissing",
    object: `Secret/${name}`,
    message: `Pods are to pull their images with Secret ${name}, and there is none in namespace ${namespace}.`,
    remedy: `${makesNamespace ? `Make the namespace first, with \`kubectl create namespace ${namespace}\`. ` : ""}${creation(namespace, name)} Or name another one in imagePullSecrets.`,
  };
}

export function notForPulling(namespace: string, name: string, type: string): Blocker {
  return {
    kind: "notForPulling",
    object: `Secret/${name}`,
    message: `Pods are to pull their images with Secret ${name} in namespace ${namespace}, and its type is ${type}: nothing can be pulled with it.`,
    remedy: `Name one of type ${pullSecretTypes.join(" or ")} in imagePullSecrets. ${creation(namespace, "NAME")}`,
  };
}

/** The etcd-operator gives its members no pull secrets, and no ServiceAccount of their own. */
export function membersPullWithout(namespace: string, lacking: readonly string[], all: readonly string[]): Blocker {
  const patch = JSON.stringify({ imagePullSecrets: all.map((name) => ({ name })) });
  return {
    kind: "membersPullWithout",
    object: "ServiceAccount/default",
    message:
      `The etcd members pull their images with what ServiceAccount default in namespace ${namespace} has, since the etcd-operator gives them ` +
      `nothing else; it lacks ${lacking.join(", ")}.`,
    remedy: `\`kubectl --namespace ${namespace} patch serviceaccount default --patch '${patch}'\`.`,
  };
}

function creation(namespace: string, name: string): string {
  return (
    `Make it with \`kubectl --namespace ${namespace} create secret docker-registry ${name} --docker-server=REGISTRY ` +
    `--docker-username=USER --docker-password=PASSWORD\`.`
  );
}
