import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { kubeconfigFor } from "../migration/kubernetes/fake-kubernetes.ts";

/** A Kubernetes API of which nobody has made anything yet. */
export interface AnotherCluster {
  /** Of its namespace kube-system. */
  readonly uid: string;
  /** The path of a kubeconfig for it. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Answers that it has such a namespace, that its user may do everything, and nothing else of what is asked for. */
export async function startAnotherCluster(folder: string, namespace: string): Promise<AnotherCluster> {
  const uid = "11111111-2222-3333-4444-555555555555";
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://another");
    const answer = answers(uid, namespace)[pathname] ?? (isList(pathname) ? emptyList : undefined);
    const absent = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      message: "not found",
    };
    response
      .writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
      .end(JSON.stringify(answer ?? absent));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const kubeconfig = join(folder, "another-kubeconfig");
  await writeFile(kubeconfig, kubeconfigFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  return {
    uid,
    kubeconfig,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const emptyList = { kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] };

/** Of the core API's objects in a namespace: the others are of groups that it does not have. */
function isList(pathname: string): boolean {
  return /^\/api\/v1\/namespaces\/[^/]+\/[a-z]+$/.test(pathname);
}

/** Those that the program makes objects of, and that a plan asks for. */
const groups = [
  "apiextensions.k8s.io",
  "apps",
  "authorization.k8s.io",
  "coordination.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
];

function group(name: string): unknown {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { name, versions: [version], preferredVersion: version };
}

function resourcesOf(name: string): unknown {
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${name}/v1`, resources: [] };
}

function answers(uid: string, namespace: string): Readonly<Record<string, unknown>> {
  const resource = (name: string, kind: string) => ({
    name,
    kind,
    namespaced: true,
    singularName: "",
    verbs: ["get", "delete"],
  });
  return {
    "/version": { major: "1", minor: "34", gitVersion: "v1.34.2" },
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(group) },
    "/api/v1": {
      kind: "APIResourceList",
      groupVersion: "v1",
      resources: [
        resource("configmaps", "ConfigMap"),
        resource("endpoints", "Endpoints"),
        resource("secrets", "Secret"),
        resource("services", "Service"),
        resource("serviceaccounts", "ServiceAccount"),
      ],
    },
    ...Object.fromEntries(groups.map((name) => [`/apis/${name}/v1`, resourcesOf(name)])),
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { status: { allowed: true } },
    [`/api/v1/namespaces/${namespace}`]: {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { name: namespace, uid: "of-another" },
    },
    "/api/v1/namespaces/kube-system": {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { name: "kube-system", uid },
    },
  };
}
