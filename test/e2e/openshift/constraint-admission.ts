import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { AdmissionregistrationV1Api, AuthorizationV1Api, type V1Pod } from "@kubernetes/client-node";
import { network } from "../../../sandbox/sandbox-paths.ts";
import { createAuthority } from "../../certificate-authority.ts";
import type { SandboxCluster } from "../sandbox-cluster.ts";
import { constraintAnnotation, restrictedPod, violationsOfRestricted, type UserRange } from "./security-constraints.ts";

/** What became of one pod that somebody wanted to make. */
export interface AdmittedPod {
  readonly pod: string;
  readonly serviceAccount: string;
  readonly constraint: "restricted" | "anyuid";
  /** Empty when it was admitted. */
  readonly violations: readonly string[];
}

export interface ConstraintAdmission {
  /** In the order in which they came. */
  readonly pods: readonly AdmittedPod[];
  end(): Promise<void>;
}

interface Review {
  readonly request: { readonly uid: string; readonly name?: string; readonly dryRun?: boolean; readonly object: V1Pod };
}

/**
 * A stub of OpenShift's admission by SecurityContextConstraints, for the pods of one namespace: OpenShift itself is not at hand.
 * Like that it asks the API server's RBAC which constraint a pod's service account may `use`, fills in the namespace's user where
 * `restricted` applies, and refuses what that forbids. It knows the two constraints `anyuid` and `restricted` and not SELinux,
 * capabilities, or the permissions of whoever makes the pod.
 */
export async function startConstraintAdmission(
  cluster: SandboxCluster,
  namespace: string,
  range: UserRange,
): Promise<ConstraintAdmission> {
  const pods: AdmittedPod[] = [];
  const authority = await createAuthority();
  const { hostAddress } = network;
  const alternativeNames = [`IP:${hostAddress}`];
  const { privateKey, certificate } = await authority.issue({ commonName: hostAddress, alternativeNames });

  const fillIn = async (pod: V1Pod): Promise<object> => {
    const constraint = await constraintOf(cluster, namespace, pod);
    const filled = constraint === "restricted" ? restrictedPod(pod, range) : pod;
    const annotations = { ...pod.metadata?.annotations, [constraintAnnotation]: constraint };
    const patch = [
      { op: "replace", path: "/spec", value: filled.spec },
      { op: "add", path: "/metadata/annotations", value: annotations },
    ];
    return { allowed: true, patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") };
  };
  const judge = async ({ object: pod, name, dryRun = false }: Review["request"]): Promise<object> => {
    const constraint = await constraintOf(cluster, namespace, pod);
    const violations = constraint === "restricted" ? violationsOfRestricted(pod, range) : [];
    const called = name ?? pod.metadata?.name ?? pod.metadata?.generateName ?? "";
    // One that a plan only shows is judged the same, and was not made.
    if (!dryRun) pods.push({ pod: called, serviceAccount: accountOf(pod), constraint, violations });
    if (violations.length === 0) return { allowed: true };
    const message = `unable to validate against any security context constraint: [${violations.join(", ")}]`;
    return { allowed: false, status: { code: 403, message } };
  };
  const answer = async (request: IncomingMessage): Promise<string> => {
    const review = ((await json(request)) as Review).request;
    const verdict = request.url?.startsWith("/fill-in") === true ? await fillIn(review.object) : await judge(review);
    const response = { uid: review.uid, ...verdict };
    return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response });
  };
  const server = createServer({ key: privateKey, cert: certificate }, (request, response) => {
    response.setHeader("content-type", "application/json");
    void answer(request).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, hostAddress);
  await once(server, "listening");

  const name = `${namespace}.security-context-constraints.example.com`;
  const webhook = (path: string) => ({
    name,
    clientConfig: {
      url: `https://${hostAddress}:${portOf(server)}/${path}`,
      caBundle: authority.certificate.toString("base64"),
    },
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    failurePolicy: "Fail",
    timeoutSeconds: 10,
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  });
  const admission = cluster.kubeconfig.makeApiClient(AdmissionregistrationV1Api);
  await admission.createMutatingWebhookConfiguration({ body: { metadata: { name }, webhooks: [webhook("fill-in")] } });
  await admission.createValidatingWebhookConfiguration({ body: { metadata: { name }, webhooks: [webhook("judge")] } });
  return {
    pods,
    end: async () => {
      await admission.deleteMutatingWebhookConfiguration({ name });
      await admission.deleteValidatingWebhookConfiguration({ name });
      server.close();
      await authority.remove();
    },
  };
}

/** `anyuid` comes first where it may be used; `restricted` is everybody's. */
async function constraintOf(
  cluster: SandboxCluster,
  namespace: string,
  pod: V1Pod,
): Promise<AdmittedPod["constraint"]> {
  return (await mayUse(cluster, namespace, accountOf(pod), "anyuid")) ? "anyuid" : "restricted";
}

/** Asks the API server, which goes by its Roles. */
export async function mayUse(
  cluster: SandboxCluster,
  namespace: string,
  serviceAccount: string,
  constraint: string,
  verb = "use",
): Promise<boolean> {
  const authorization = cluster.kubeconfig.makeApiClient(AuthorizationV1Api);
  const { status } = await authorization.createSubjectAccessReview({
    body: {
      spec: {
        user: `system:serviceaccount:${namespace}:${serviceAccount}`,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
        resourceAttributes: {
          namespace,
          verb,
          group: "security.openshift.io",
          resource: "securitycontextconstraints",
          name: constraint,
        },
      },
    },
  });
  return status?.allowed === true;
}

function accountOf(pod: V1Pod): string {
  return pod.spec?.serviceAccountName ?? "default";
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
