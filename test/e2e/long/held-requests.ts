import { createServer, type Server } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { AdmissionregistrationV1Api } from "@kubernetes/client-node";
import { network } from "../../../sandbox/sandbox-paths.ts";
import { createAuthority } from "../../certificate-authority.ts";
import type { SandboxCluster } from "../sandbox-cluster.ts";

/** Which requests in a namespace to hold back. */
export interface RequestPattern {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  /** As in paths, with its group: `apps/deployments`; the core group has no name: `/pods`. */
  readonly resource: string;
  /** In the Common Expression Language, of `object` and `oldObject`. */
  readonly when: string;
}

export interface HeldRequests {
  /** Resolves once such a request has come: whoever sent it waits for its answer, and nothing of it is carried out. */
  readonly reached: Promise<void>;
  /** Lets them through, or refuses them, and holds no more of them. */
  end(answer: "allow" | "refuse"): Promise<void>;
}

/** How long Kubernetes waits for an answer, at most; then the request is refused. */
const limitSeconds = 30;

/**
 * Holds back what somebody asks of the API server, by an admission webhook that answers only once it is told to: a run that
 * comes to such a request stands still there, for 30 s at most, and can be looked at, killed or interrupted.
 */
export async function holdRequests(
  cluster: SandboxCluster,
  namespace: string,
  pattern: RequestPattern,
): Promise<HeldRequests> {
  const authority = await createAuthority();
  const { hostAddress } = network;
  const { privateKey, certificate } = await authority.issue({
    commonName: hostAddress,
    alternativeNames: [`IP:${hostAddress}`],
  });
  const { promise: reached, resolve: reach } = Promise.withResolvers<undefined>();
  const { promise: answer, resolve: decide } = Promise.withResolvers<"allow" | "refuse">();
  const server = createServer({ key: privateKey, cert: certificate }, (request, response) => {
    void json(request).then(async (review) => {
      reach(undefined);
      const { uid } = (review as { request: { uid: string } }).request;
      const verdict = { uid, allowed: (await answer) === "allow" };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: verdict }));
    });
  });
  server.listen(0, hostAddress);
  await once(server, "listening");
  const admission = cluster.kubeconfig.makeApiClient(AdmissionregistrationV1Api);
  const name = `${namespace}.held.example.com`;
  await admission.createValidatingWebhookConfiguration({
    body: {
      metadata: { name },
      webhooks: [webhook(name, namespace, pattern, portOf(server), authority.certificate)],
    },
  });
  return {
    reached,
    end: async (how) => {
      await admission.deleteValidatingWebhookConfiguration({ name });
      decide(how);
      server.close();
      await authority.remove();
    },
  };
}

function webhook(name: string, namespace: string, pattern: RequestPattern, port: number, authority: Buffer) {
  const [group = "", resource = ""] = pattern.resource.split("/");
  return {
    name,
    clientConfig: { url: `https://${network.hostAddress}:${port}/`, caBundle: authority.toString("base64") },
    rules: [{ operations: [pattern.operation], apiGroups: [group], apiVersions: ["*"], resources: [resource] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    matchConditions: [{ name: "held", expression: pattern.when }],
    failurePolicy: "Fail",
    timeoutSeconds: limitSeconds,
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
