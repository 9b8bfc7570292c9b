import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { loadAllYaml } from "@kubernetes/client-node";
import { checkBroughtCertificates } from "../../migration/certificates/check-brought-certificates.ts";
import { peerNames, serverNames } from "../../migration/certificates/member-names.ts";
import { readBroughtFiles } from "../../migration/certificates/read-brought-certificates.ts";

const run = promisify(execFile);
const place = { clusterName: "trident-etcd", namespace: "trident", clusterDomain: "cluster.local" };

interface CertManagerCertificate {
  readonly spec: {
    readonly secretName: string;
    readonly usages: readonly string[];
    readonly dnsNames?: readonly string[];
  };
}

describe("the examples in docs/certificates.md", () => {
  let page: string;
  let folder: string;

  before(async () => {
    page = await readFile(new URL("../../docs/certificates.md", import.meta.url), "utf8");
    folder = await mkdtemp(path.join(tmpdir(), "certificates-page-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("with OpenSSL issue certificates that are accepted", async () => {
    await run("bash", ["-euc", block("bash")], { cwd: folder });
    const { brought, problems } = readBroughtFiles(path.join(folder, "certificates"), "certificateDirectory");
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.keys(brought), ["server", "peer", "client"]);
    assert.deepEqual(checkBroughtCertificates(brought, place, new Date()), []);
  });

  it("with cert-manager ask for the names and usages that are checked", () => {
    const asked = (loadAllYaml(block("yaml")) as CertManagerCertificate[]).map(({ spec }) => spec);
    const usages = ["digital signature", "key encipherment"];
    const [server, peer, client] = asked;
    assert.equal(asked.length, 3);
    assert.deepEqual(server?.dnsNames, serverNames(place));
    assert.deepEqual(peer?.dnsNames, peerNames(place));
    assert.equal(client?.dnsNames, undefined);
    assert.deepEqual(server.usages, [...usages, "server auth", "client auth"]);
    assert.deepEqual(peer.usages, server.usages);
    assert.deepEqual(client?.usages, [...usages, "client auth"]);
    for (const { secretName } of asked) assert.match(page, new RegExp(`CertificateSecret ${secretName}$`, "m"));
  });

  /** The only one in that language. */
  function block(language: string): string {
    const [found, ...others] = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))];
    assert.equal(others.length, 0);
    return found?.[1] ?? "";
  }
});
