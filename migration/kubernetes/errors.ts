import { isOfAdmission } from "./refusal.ts";

/** The API server can't be reached at all, or no cluster is configured, or it rejects the credentials. */
export class ClusterUnreachableError extends Error {
  override readonly name = "ClusterUnreachableError";

  constructor(cluster: string, reason: string, options?: ErrorOptions) {
    super(
      `The Kubernetes cluster ${cluster} can't be reached: ${withoutFullStop(reason)}. Choose the cluster with Pulumi's settings ` +
        `kubernetes:context and kubernetes:kubeconfig (\`pulumi config set kubernetes:context NAME\`) or with the ` +
        `environment variable KUBECONFIG, and see that its API server answers.`,
      options,
    );
  }
}

/** The API server answered a request with an error status. */
export class ClusterRequestError extends Error {
  override readonly name = "ClusterRequestError";
  readonly status: number;
  /** The API server's own words. */
  readonly explanation: string;

  constructor(request: { method: string; path: string }, status: number, explanation: string) {
    const wayOut =
      status === 403 && !isOfAdmission(explanation)
        ? " Give the user of the kubeconfig that permission, or choose another kubernetes:context."
        : "";
    super(
      `The Kubernetes API answered ${request.method} ${request.path} with ${status}: ${withoutFullStop(explanation)}.${wayOut}`,
    );
    this.status = status;
    this.explanation = explanation;
  }
}

/** The user may not connect to a pod's ports; asking again does not help. */
export class PortForwardRefusedError extends Error {
  override readonly name = "PortForwardRefusedError";

  constructor(namespace: string, pod: string, options?: ErrorOptions) {
    super(
      `pod ${pod}: the Kubernetes API refuses a port-forward to it (403 Forbidden). The user of the kubeconfig needs the permissions ` +
        `get and create of pods/portforward in namespace ${namespace}: \`kubectl --namespace ${namespace} create role port-forward ` +
        `--verb get,create --resource pods/portforward\` and \`kubectl --namespace ${namespace} create rolebinding port-forward ` +
        `--role port-forward --user USER\`.`,
      options,
    );
  }
}

/** The user may not run commands in pods; asking again does not help. */
export class PodExecRefusedError extends Error {
  override readonly name = "PodExecRefusedError";

  constructor(namespace: string, pod: string, options?: ErrorOptions) {
    super(
      `pod ${pod}: the Kubernetes API refuses to run a command in it (403 Forbidden). The user of the kubeconfig needs the permissions ` +
        `get and create of pods/exec in namespace ${namespace}: \`kubectl --namespace ${namespace} create role pod-exec ` +
        `--verb get,create --resource pods/exec\` and \`kubectl --namespace ${namespace} create rolebinding pod-exec ` +
        `--role pod-exec --user USER\`.`,
      options,
    );
  }
}

/** A pod can't start, and waiting longer would not help. */
export class PodNotStartingError extends Error {
  override readonly name = "PodNotStartingError";
  readonly reason: string;

  constructor(namespace: string, pod: string, reason: string, wayOut: string) {
    super(`Pod ${pod} in namespace ${namespace} can't start: ${withoutFullStop(reason)}. ${wayOut}`);
    this.reason = withoutFullStop(reason);
  }
}

/** A pod has the name of one of ours, but this project did not make it. */
export class ForeignPodError extends Error {
  override readonly name = "ForeignPodError";

  constructor(namespace: string, pod: string) {
    super(
      `Pod ${pod} in namespace ${namespace} was not made by this project and is left alone, but the migration needs its ` +
        `name: rename or delete it.`,
    );
  }
}

/** Something that was waited for did not happen in time. */
export class WaitTimeoutError extends Error {
  override readonly name = "WaitTimeoutError";

  constructor(awaited: string, seconds: number, lastSeen: string) {
    super(
      `Waited ${seconds} s for ${awaited}, in vain; last seen: ${withoutFullStop(lastSeen)}. ` +
        `If it only needs longer, raise timeoutSeconds.`,
    );
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ClusterRequestError && error.status === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof ClusterRequestError && error.status === 409;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ClusterRequestError && error.status === 403;
}

/** Whether asking again may help: the server was away, overloaded or restarting. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ClusterUnreachableError) return true;
  return error instanceof ClusterRequestError && (error.status >= 500 || error.status === 429);
}

export function withoutFullStop(text: string): string {
  return text.trim().replace(/\.+$/, "");
}
