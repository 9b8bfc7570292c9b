import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";

import { connectToCluster } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { applyObjects } from "../../../sandbox/legacy-trident/apply-objects.ts";

const requests: string[] = [];
let exists = false;

/** An API server without server-side apply. */
const server = createServer((request, response) => {
  const { method = "", url = "", headers } = request;
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const resources = [{ name: "serviceaccounts", kind: "ServiceAccount", namespaced: true }];
  if (method === "GET") {
    answer(200, { kind: "APIResourceList", groupVersion: "v1", resources });
    return;
  }
  const type = headers["content-type"] ?? "";
  requests.push(`${method} ${url.split("?")[0] ?? ""} ${type}`);
  if (type.includes("apply-patch")) answer(415, { message: "unsupported media type" });
  else if (method === "POST" && exists) answer(409, { reason: "AlreadyExists" });
  else answer(200, object);
});

const metadata = { name: "trident", namespace: "trident" };
const object = { apiVersion: "v1", kind: "ServiceAccount", metadata };
const path = "/api/v1/namespaces/trident/serviceaccounts";

after(() => {
  server.closeAllConnections();
  server.close();
});

test("without server-side apply an object is created, and one that exists is merged with what is said", async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = JSON.stringify({
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: url } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user: {} }],
  });
  const cluster = connectToCluster({ kubeconfig });

  await applyObjects(cluster, [object]);
  exists = true;
  await applyObjects(cluster, [object]);

  assert.deepEqual(requests, [
    `PATCH ${path}/trident application/apply-patch+yaml`,
    `POST ${path} application/json`,
    `PATCH ${path}/trident application/apply-patch+yaml`,
    `POST ${path} application/json`,
    `PATCH ${path}/trident application/merge-patch+json`,
  ]);
});
