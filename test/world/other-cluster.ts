import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface OtherCluster {
  readonly url: string;
  close(): Promise<void>;
}

/** An API server that is another cluster's: it has a kube-system and the namespace, grants everything, and has nothing else. */
export async function startOtherCluster(namespace: string): Promise<OtherCluster> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stub");
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    request.resume();
    if (url.pathname === "/version") {
      answer(200, { major: "1", minor: "34", gitVersion: "v1.34.1" });
      return;
    }
    if (request.method === "POST" && url.pathname.includes("accessreviews")) {
      answer(201, {
        kind: "SelfSubjectAccessReview",
        apiVersion: "authorization.k8s.io/v1",
        status: { allowed: true },
      });
      return;
    }
    const name = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(url.pathname)?.[1];
    if (name === "kube-system" || name === namespace) {
      const metadata = { name, uid: `00000000-0000-4000-8000-00000000000${name === namespace ? 2 : 1}` };
      answer(200, { kind: "Namespace", apiVersion: "v1", metadata, status: { phase: "Active" } });
      return;
    }
    const isList = /\/[a-z]+$/.test(url.pathname) && url.pathname.split("/").length % 2 === 0;
    if (isList) {
      answer(200, { kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] });
      return;
    }
    answer(404, {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      message: "not found",
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
