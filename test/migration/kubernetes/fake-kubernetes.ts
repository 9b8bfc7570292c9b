import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connectToCluster, type ClusterClient } from "../../../migration/kubernetes/cluster-client.ts";

export interface FakeObject {
  [field: string]: unknown;
  metadata: FakeMetadata;
}

interface FakeMetadata {
  [field: string]: unknown;
  name: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  labels?: Record<string, string>;
}

/** As much of a Kubernetes API as the migration uses: objects under their paths, and hooks to be a controller or a fault. */
export interface FakeKubernetes {
  readonly kubeconfig: string;
  readonly cluster: ClusterClient;
  /** By path, such as `/api/v1/namespaces/trident/pods/a`. */
  readonly objects: Map<string, FakeObject>;
  /** Of all namespaces, by path. */
  readonly lists: Map<string, readonly FakeObject[]>;
  /** `PATCH /apis/...` of each request, in order. */
  readonly requests: string[];
  /** Called before a request is served; answers an error status to have it fail, or `hang` to have it unanswered. */
  fault: (request: string) => number | "hang" | undefined;
  /** Called after an object was created or changed, to do what a controller would. */
  controller: (path: string, object: FakeObject) => void;
  stop(): Promise<void>;
}

export async function startFakeKubernetes(
  options: { readonly requestTimeoutMilliseconds?: number } = {},
): Promise<FakeKubernetes> {
  const objects = new Map<string, FakeObject>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void serve(fake, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const kubeconfig = kubeconfigFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const fake: FakeKubernetes = {
    kubeconfig,
    cluster: connectToCluster({ kubeconfig }, options),
    objects,
    lists: new Map(),
    requests,
    fault: () => undefined,
    controller: () => undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

/** client-node takes plain http only together with insecure-skip-tls-verify. */
export function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "somebody", user: { token: "t" } }],
    contexts: [{ name: "fake-context", context: { cluster: "fake", user: "somebody" } }],
    "current-context": "fake-context",
  });
}

async function serve(fake: FakeKubernetes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fake");
  const body = await readBody(request);
  const name = `${request.method ?? ""} ${url.pathname}`;
  fake.requests.push(name);
  const fault = fake.fault(name);
  if (fault === "hang") return;
  const [status, answer] =
    fault === undefined ? handle(fake, request.method, url, body) : failure(fault, "as asked for");
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

type Answer = [status: number, body: unknown];

function handle(fake: FakeKubernetes, method: string | undefined, url: URL, body: unknown): Answer {
  const { pathname } = url;
  const found = fake.objects.get(pathname);
  const listed = fake.lists.get(pathname);
  if (method === "GET" && listed !== undefined) return [200, { items: listed }];
  if (method === "POST") return create(fake, pathname, body as FakeObject);
  if (found === undefined) {
    // Server-side apply.
    if (method === "PATCH" && url.searchParams.has("force"))
      return create(fake, parentOf(pathname), body as FakeObject);
    if (method === "GET" && !hasName(pathname)) return [200, list(fake, url)];
    return failure(404, `"${pathname.split("/").at(-1) ?? ""}" not found`);
  }
  if (method === "PUT") return replace(fake, pathname, found, body as FakeObject);
  if (method === "PATCH") return patch(fake, pathname, found, body as Partial<FakeObject>);
  if (method === "DELETE") return remove(fake, pathname, found, body);
  return [200, found];
}

// Under a namespace: .../namespaces/<namespace>/<kind>/<name>; a namespace itself: /api/v1/namespaces/<name>. Of the whole
// cluster: /apis/<group>/<version>/<kind>/<name>.
function hasName(path: string): boolean {
  if (path.startsWith("/apis/") && !path.includes("/namespaces/")) return path.split("/").length === 6;
  const after = path.split("/namespaces/")[1]?.split("/") ?? [];
  return after.length === 1 || after.length === 3;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function list(fake: FakeKubernetes, url: URL): unknown {
  const wanted = (url.searchParams.get("labelSelector") ?? "").split(",").filter((each) => each !== "");
  const items = [...fake.objects]
    .filter(([path]) => path.startsWith(`${url.pathname}/`))
    .map(([, object]) => object)
    .filter(({ metadata }) =>
      wanted.every((each) => metadata.labels?.[each.split("=")[0] ?? ""] === each.split("=")[1]),
    );
  return { items };
}

function create(fake: FakeKubernetes, path: string, object: FakeObject): Answer {
  const place = `${path}/${object.metadata.name}`;
  if (fake.objects.has(place)) return failure(409, `"${object.metadata.name}" already exists`);
  store(fake, place, { ...object, metadata: { uid: `uid-of-${place}`, generation: 1, ...object.metadata } });
  return [201, fake.objects.get(place)];
}

function replace(fake: FakeKubernetes, path: string, found: FakeObject, object: FakeObject): Answer {
  const { resourceVersion = found.metadata.resourceVersion } = object.metadata;
  if (resourceVersion !== found.metadata.resourceVersion) return failure(409, "the object has been modified");
  store(fake, path, object);
  return [200, fake.objects.get(path)];
}

function patch(fake: FakeKubernetes, path: string, found: FakeObject, change: Partial<FakeObject>): Answer {
  const uid = change.metadata?.uid;
  if (uid !== undefined && uid !== found.metadata.uid)
    return failure(409, "the UID in the precondition is another one");
  const patched = merge(found, change) as FakeObject;
  const changesSpec = JSON.stringify(patched.spec) !== JSON.stringify(found.spec);
  const generation = (found.metadata.generation ?? 1) + (changesSpec ? 1 : 0);
  store(fake, path, { ...patched, metadata: { ...patched.metadata, generation } });
  return [200, fake.objects.get(path)];
}

function remove(fake: FakeKubernetes, path: string, found: FakeObject, body: unknown): Answer {
  const { preconditions } = (body ?? {}) as { preconditions?: { uid?: string; resourceVersion?: string } };
  const { uid = found.metadata.uid, resourceVersion = found.metadata.resourceVersion } = preconditions ?? {};
  if (uid !== found.metadata.uid || resourceVersion !== found.metadata.resourceVersion) {
    return failure(409, "the precondition does not hold");
  }
  fake.objects.delete(path);
  return [200, { kind: "Status", status: "Success" }];
}

let versions = 0;

function store(fake: FakeKubernetes, path: string, object: FakeObject): void {
  versions += 1;
  const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(versions) } };
  fake.objects.set(path, stored);
  fake.controller(path, stored);
}

/** RFC 7386. */
function merge(target: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(merged, field);
    else merged[field] = merge(merged[field], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failure(code: number, message: string): Answer {
  return [code, { kind: "Status", status: "Failure", code, message }];
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}
