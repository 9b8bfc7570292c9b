// Makes published-fields.json: `node test/openapi/condense.ts [FOLDER]`. It takes the OpenAPI of each version from k8s.io/kubernetes in the Go module
// proxy (30 MB each; FOLDER keeps what was taken from them), which needs Go, and half an hour of nobody's time at most.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { newestMinor, oldestMinor } from "../../migration/kubernetes/cluster-apis.ts";
import { publishedFields, type Swagger } from "./published-fields.ts";

/** What this program makes or asks for: each with the resource in its path. */
const used = [
  "/api/v1/namespaces",
  ...["configmaps", "secrets", "services", "serviceaccounts", "endpoints", "pods", "persistentvolumeclaims"].map(
    (resource) => `/api/v1/namespaces/{namespace}/${resource}`,
  ),
  "/apis/apps/v1/namespaces/{namespace}/deployments",
  ...["roles", "rolebindings"].map(
    (resource) => `/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/${resource}`,
  ),
  ...["clusterroles", "clusterrolebindings"].map((resource) => `/apis/rbac.authorization.k8s.io/v1/${resource}`),
  "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
  ...["v1", "v1beta1"].flatMap((version) => [
    `/apis/policy/${version}/namespaces/{namespace}/poddisruptionbudgets`,
    `/apis/coordination.k8s.io/${version}/namespaces/{namespace}/leases`,
    `/apis/apiextensions.k8s.io/${version}/customresourcedefinitions`,
  ]),
  "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
];

const run = promisify(execFile);

async function swaggerOf(minor: number, folder: string): Promise<Swagger> {
  const kept = join(folder, `swagger-1.${minor}.json`);
  if (!existsSync(kept)) {
    const modules = join(folder, "modules");
    const environment = { ...process.env, GOMODCACHE: modules, GOFLAGS: "-modcacherw" };
    const { stdout } = await run("go", ["mod", "download", "-json", `k8s.io/kubernetes@v1.${minor}.0`], {
      cwd: folder,
      env: environment,
    });
    const { Dir } = JSON.parse(stdout) as { Dir: string };
    await copyFile(join(Dir, "api/openapi-spec/swagger.json"), kept);
    await rm(modules, { recursive: true, force: true });
  }
  return JSON.parse(await readFile(kept, "utf8")) as Swagger;
}

const [, , given] = process.argv;
const folder = given ?? (await mkdtemp(join(tmpdir(), "openapi-")));
await mkdir(folder, { recursive: true });
const versions = new Map<number, Swagger>();
for (let minor = oldestMinor; minor <= newestMinor; minor += 1) versions.set(minor, await swaggerOf(minor, folder));
const facts = publishedFields(versions, used);
await writeFile(new URL("published-fields.json", import.meta.url), `${JSON.stringify(facts, undefined, 1)}\n`);
if (given === undefined) await rm(folder, { recursive: true, force: true });
