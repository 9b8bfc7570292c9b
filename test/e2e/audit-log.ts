import { readFile } from "node:fs/promises";
import { auditLogPath } from "../../sandbox/kubernetes/control-plane.ts";

/** A call that somebody made to the API server. */
export interface AuditedCall {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** With its subresource, such as `pods/log`. */
  readonly resource: string;
  readonly name: string;
  readonly namespace: string;
  /** Of the answer, as HTTP; 0 of a watch that has only just been asked for. */
  readonly code: number;
  /** Whether its user may not do that; a 403 can also be admission's. */
  readonly isDenied: boolean;
}

interface AuditEvent {
  readonly verb: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/**
 * What a service account has asked of the sandbox's API server so far; questions that are about no resource are left out. A watch is
 * there once as it was asked for, and again with its answer.
 */
export async function callsOfServiceAccount(namespace: string, name: string): Promise<AuditedCall[]> {
  const user = `system:serviceaccount:${namespace}:${name}`;
  const lines = (await readFile(auditLogPath, "utf8")).split("\n").filter((line) => line.includes(user));
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.user?.username === user)
    .flatMap(callOf);
}

function callOf({ verb, objectRef = {}, responseStatus, annotations = {} }: AuditEvent): AuditedCall[] {
  const { apiGroup: group = "", resource, subresource, name = "", namespace = "" } = objectRef;
  if (resource === undefined) return [];
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  const isDenied = annotations["authorization.k8s.io/decision"] === "forbid";
  return [{ verb, group, resource: whole, name, namespace, code: responseStatus?.code ?? 0, isDenied }];
}

/**
 * What the pods that were made in a namespace do that its audited Pod Security Standard forbids, in the API server's own words;
 * those that keep to it are not among them.
 */
export async function podSecurityViolations(namespace: string): Promise<string[]> {
  const annotation = "pod-security.kubernetes.io/audit-violations";
  const lines = (await readFile(auditLogPath, "utf8")).split("\n").filter((line) => line.includes(annotation));
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(
      ({ verb, objectRef }) =>
        verb === "create" && objectRef?.resource === "pods" && objectRef.subresource === undefined,
    )
    .filter(({ objectRef }) => objectRef?.namespace === namespace)
    .map(({ annotations }) => annotations?.[annotation] ?? "");
}
