import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { isContents, loadKubeconfig } from "../../../migration/kubernetes/load-kubeconfig.ts";
import { kubeconfigFor } from "./fake-kubernetes.ts";

describe("the kubeconfig", () => {
  const contents = kubeconfigFor("http://127.0.0.1:1");
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "load-kubeconfig-"));
    path = await file("config", contents);
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function file(name: string, text: string | Buffer): Promise<string> {
    const place = join(folder, name);
    await writeFile(place, text);
    return place;
  }

  function serverOf(environment: Record<string, string>, context?: string): string | undefined {
    return loadKubeconfig({ context }, environment).getCurrentCluster()?.server;
  }

  it("is taken from a path or from contents", () => {
    for (const kubeconfig of [path, contents]) {
      assert.equal(loadKubeconfig({ kubeconfig }).getCurrentCluster()?.server, "http://127.0.0.1:1");
    }
  });

  it("is KUBECONFIG's when none is given, and else that of the home folder", async () => {
    await mkdir(join(folder, ".kube"));
    await file(".kube/config", one("home"));
    assert.equal(serverOf({ KUBECONFIG: path, HOME: folder }), "http://127.0.0.1:1");
    assert.equal(serverOf({ HOME: folder }), "https://home.example");
    assert.equal(serverOf({ KUBECONFIG: "", HOME: folder }), "https://home.example");
  });

  it("is that of the home folder for a setting that begins with ~", () => {
    const { homedir } = userInfo();
    const kubeconfig = `~/${relative(homedir, path)}`;
    assert.equal(loadKubeconfig({ kubeconfig }).getCurrentContext(), "fake-context");
    assert.throws(() => loadKubeconfig({}, { KUBECONFIG: kubeconfig }), /none of its files is there: ~/);
  });

  it("tells contents from a path", () => {
    assert.ok(isContents("apiVersion: v1\nkind: Config\n"));
    assert.ok(isContents(contents));
    assert.ok(!isContents("/home/me/.kube/config"));
  });

  describe("of several files", () => {
    it("has what the first of them says of a name, and the current context of the first that has one", async () => {
      const first = await file("first", kubeconfig({ clusters: { a: "a-first" }, users: ["admin"] }));
      const second = await file("second", one("a", "admin"));
      const third = await file("third", one("b", "admin"));
      const KUBECONFIG = [first, second, third].join(":");
      assert.equal(serverOf({ KUBECONFIG }), "https://a-first.example");
      assert.equal(serverOf({ KUBECONFIG }, "b"), "https://b.example");
    });

    it("skips those that are missing, empty entries and empty files", async () => {
      const there = await file("there", one("a"));
      const empty = await file("empty", "");
      await symlink("nowhere", join(folder, "dangling"));
      const missing = join(folder, "missing");
      for (const KUBECONFIG of [
        `${missing}:${there}`,
        `${there}:`,
        `:${there}`,
        `${there}::${missing}`,
        `${empty}:${there}`,
        `${join(folder, "dangling")}:${there}:${there}`,
      ]) {
        assert.equal(serverOf({ KUBECONFIG }), "https://a.example");
      }
    });

    it("takes paths from the folder of the file that names them", async () => {
      await mkdir(join(folder, "elsewhere"));
      await file("elsewhere/token", "t");
      const user = { user: { tokenFile: "token" } };
      const there = await file("elsewhere/config", kubeconfig({ clusters: {}, users: { admin: user } }));
      const here = await file("here", one("a", "admin"));
      const found = loadKubeconfig({}, { KUBECONFIG: `${there}:${here}` });
      const options = { headers: {} };
      await found.applyToHTTPSOptions(options);
      assert.deepEqual(options.headers, { Authorization: "Bearer t" });
    });

    it("is refused when not one of them is there", () => {
      const KUBECONFIG = `${folder}/missing-1::${folder}/missing-2`;
      assert.throws(() => loadKubeconfig({}, { KUBECONFIG }), {
        name: "ClusterUnreachableError",
        message: /none of its files is there: .*missing-1, .*missing-2/,
      });
      assert.throws(() => loadKubeconfig({}, { HOME: "/nonexistent" }), /neither a KUBECONFIG nor a ~\/\.kube\/config/);
    });
  });

  describe("is read in each of its forms:", () => {
    const yaml = one("a");
    for (const [form, text] of [
      ["with a byte order mark", `\uFEFF${yaml}`],
      ["with Windows' line ends", yaml.replaceAll("\n", "\r\n")],
      ["in UTF-16, as PowerShell writes it", Buffer.from(`\uFEFF${yaml}`, "utf16le")],
      ["in JSON with tabs", JSON.stringify(JSON.parse(contents), undefined, "\t")],
      [
        "with a field twice, the last of which counts",
        yaml.replace("current-context: a", "current-context: z\ncurrent-context: a"),
      ],
    ] as const) {
      it(form, async () => {
        assert.ok(serverOf({ KUBECONFIG: await file("form", text) }));
      });
    }
  });

  it("may name a server without https://, with a path, and a slash at its end", () => {
    const server = (written: string, more = {}) =>
      loadKubeconfig({ kubeconfig: kubeconfig({ cluster: { server: written, ...more } }) }).getCurrentCluster()?.server;
    assert.equal(server("10.0.0.1:6443", { "insecure-skip-tls-verify": true }), "https://10.0.0.1:6443");
    assert.equal(server("10.0.0.1:8080"), "http://10.0.0.1:8080");
    assert.equal(server("https://rancher.example/k8s/clusters/c-1/"), "https://rancher.example/k8s/clusters/c-1");
  });

  it("sends no credentials without TLS", async () => {
    const options = { headers: {} };
    await loadKubeconfig({ kubeconfig: contents }).applyToHTTPSOptions(options);
    assert.deepEqual(options.headers, {});
  });

  it("that is not there is named in the error", () => {
    assert.throws(() => loadKubeconfig({ kubeconfig: "/nonexistent/config" }), {
      name: "ClusterUnreachableError",
      message: /kubeconfig \/nonexistent\/config .*ENOENT/,
    });
  });

  it("that is a folder, or may not be read, is named in the error", async () => {
    assert.throws(
      () => loadKubeconfig({}, { KUBECONFIG: `${path}:${folder}` }),
      /load-kubeconfig-\w+ can't be read: it is a directory/,
    );
    const locked = await file("locked", contents);
    await chmod(locked, 0);
    if (process.getuid?.() === 0) return;
    assert.throws(() => loadKubeconfig({}, { KUBECONFIG: locked }), /locked can't be read: EACCES/);
  });

  it("that lacks the context is refused, with the contexts it has", () => {
    assert.throws(() => loadKubeconfig({ kubeconfig: path, context: "other" }), {
      name: "ClusterUnreachableError",
      message: /no usable context "other"; its contexts: fake-context/,
    });
    assert.throws(() => loadKubeconfig({ kubeconfig: "{}" }), /no current context is set; its contexts: none/);
  });

  it("given as contents is not repeated in an error", () => {
    assert.throws(
      () => loadKubeconfig({ kubeconfig: contents, context: "other" }),
      (error: Error) =>
        error.message.includes("the setting kubernetes:kubeconfig") && !error.message.includes("somebody"),
    );
  });
});

/** One context, cluster and server of one name. */
function one(name: string, user = "u"): string {
  return [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${name}`,
    `  cluster: {server: "https://${name}.example"}`,
    "users:",
    `- name: ${user}`,
    "  user: {token: t}",
    "contexts:",
    `- name: ${name}`,
    `  context: {cluster: ${name}, user: ${user}}`,
    `current-context: ${name}`,
    "",
  ].join("\n");
}

function kubeconfig({
  cluster,
  clusters = {},
  users = [],
}: {
  readonly cluster?: object;
  readonly clusters?: Readonly<Record<string, string>>;
  readonly users?: readonly string[] | Readonly<Record<string, object>>;
}): string {
  const named = Object.entries(clusters).map(([name, host]) => ({
    name,
    cluster: { server: `https://${host}.example` },
  }));
  const given = Array.isArray(users)
    ? users.map((name: string) => ({ name }))
    : Object.entries(users).map(([name, user]) => ({ name, ...(user as object) }));
  if (cluster === undefined) return JSON.stringify({ clusters: named, users: given });
  const context = { name: "c", context: { cluster: "c" } };
  return JSON.stringify({ clusters: [{ name: "c", cluster }], contexts: [context], "current-context": "c" });
}
