import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isContents, loadKubeconfig } from "../../../migration/kubernetes/load-kubeconfig.ts";
import { kubeconfigFor } from "../fake-kubernetes.ts";

describe("the kubeconfig", () => {
  const contents = kubeconfigFor("http://127.0.0.1:1");
  const variable = process.env.KUBECONFIG;
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "load-kubeconfig-"));
    path = join(folder, "config");
    await writeFile(path, contents);
  });
  after(async () => {
    if (variable === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = variable;
    await rm(folder, { recursive: true });
  });

  it("is taken from a path or from contents", () => {
    for (const kubeconfig of [path, contents]) {
      assert.equal(loadKubeconfig({ kubeconfig }).getCurrentCluster()?.server, "http://127.0.0.1:1");
    }
  });

  it("is KUBECONFIG's when none is given", () => {
    process.env.KUBECONFIG = path;
    assert.equal(loadKubeconfig({}).getCurrentContext(), "fake-context");
  });

  it("tells contents from a path", () => {
    assert.ok(isContents("apiVersion: v1\nkind: Config\n"));
    assert.ok(isContents(contents));
    assert.ok(!isContents("/home/me/.kube/config"));
  });

  it("that is not there is named in the error", () => {
    assert.throws(() => loadKubeconfig({ kubeconfig: "/nonexistent/config" }), {
      name: "ClusterUnreachableError",
      message: /kubeconfig \/nonexistent\/config .*ENOENT/,
    });
  });

  it("that lacks the context is refused, with the contexts it has", () => {
    assert.throws(() => loadKubeconfig({ kubeconfig: path, context: "other" }), {
      name: "ClusterUnreachableError",
      message: /no usable context "other"; its contexts: fake-context/,
    });
  });

  it("given as contents is not repeated in an error", () => {
    assert.throws(
      () => loadKubeconfig({ kubeconfig: contents, context: "other" }),
      (error: Error) =>
        error.message.includes("the setting kubernetes:kubeconfig") && !error.message.includes("somebody"),
    );
  });
});
