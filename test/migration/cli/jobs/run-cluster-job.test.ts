import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { runClusterJob } from "../../../../migration/cli/jobs/run-cluster-job.ts";
import { createAuthority } from "../../../certificate-authority.ts";

const names = { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls", json: false };

describe("a command for an etcd on Kubernetes", () => {
  let folder: string;
  let kubeconfig: string;
  let server: Server;
  const objects: Record<string, object> = { "/api/v1/namespaces/storage": { metadata: { name: "storage" } } };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cluster-job-"));
    server = createServer(({ url = "" }, response) => {
      const found = objects[url];
      response.writeHead(found === undefined ? 404 : 200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(found ?? { kind: "Status", code: 404, reason: "NotFound" }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    kubeconfig = path.join(folder, "kubeconfig");
    const cluster = { name: "c", cluster: { server: `http://127.0.0.1:${port}` } };
    const context = { name: "c", context: { cluster: "c", user: "u" } };
    const users = [{ name: "u", user: {} }];
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: [cluster],
      contexts: [context],
      users,
    };
    await writeFile(kubeconfig, JSON.stringify(config));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it("says which cluster it can't find, or which namespace", async () => {
    const nowhere = await runClusterJob({ action: "check", ...names, kubeconfig: path.join(folder, "none") });
    assert.equal(nowhere.outcome, "failed");
    assert.match(nowhere.lines[0] ?? "", /kubeconfig .*none/);
    const missing = await runClusterJob({ action: "check", ...names, namespace: "other", kubeconfig });
    assert.equal(missing.outcome, "failed");
    assert.match(missing.lines[0] ?? "", /^Namespace other does not exist.* with `--namespace NAME`\.$/);
  });

  it("writes no client set without its Secret, and one that is its Secret's", async () => {
    const directory = path.join(folder, "set");
    const job = { action: "client-set" as const, ...names, kubeconfig, directory };
    const without = await runClusterJob(job);
    assert.equal(without.outcome, "failed");
    assert.match(without.lines[0] ?? "", /^Secret etcd-client-tls in namespace storage, .*does not exist/);
    assert.ok(!(await readdir(folder)).includes("set"));

    const authority = await createAuthority("an etcd's");
    const { certificate, privateKey } = await authority.issue({ commonName: "client", usages: ["clientAuth"] });
    const base64 = (pem: string | Buffer): string => Buffer.from(pem).toString("base64");
    objects["/api/v1/namespaces/storage/secrets/etcd-client-tls"] = {
      data: {
        "etcd-client-ca.crt": base64(authority.certificate),
        "etcd-client.crt": base64(certificate),
        "etcd-client.key": base64(privateKey),
      },
    };
    const written = await runClusterJob(job);
    assert.equal(written.outcome, "done", written.lines.join("\n"));
    assert.equal((await readdir(directory)).length, 5);
    assert.ok(!JSON.stringify(written).includes("PRIVATE KEY"));
    assert.equal((await runClusterJob(job)).outcome, "refused");
    await authority.remove();
  });
});
