import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { loadYaml, NetworkingV1Api, type V1Pod } from "@kubernetes/client-node";
import { connectToCluster } from "../../migration/kubernetes/cluster-client.ts";
import { openPortForward } from "../../migration/kubernetes/port-forward.ts";
import { runInPod } from "../../sandbox/pod-exec.ts";
import { kubeconfigPath, repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "./sandbox-cluster.ts";
import { tridentEtcd } from "./trident-etcd-command.ts";

const run = promisify(execFile);
const namespace = "e2e-etcdctl";

describe("an etcd that a person looks into", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let folder: string;

  const member = async (): Promise<string> =>
    (await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd"))[0] ?? "";
  const allKeys = async (): Promise<string> => {
    const words = ["get", "", "--prefix", "--keys-only"];
    return (await memberEtcdctlOf(cluster.kubeconfig, namespace, await member(), words)).trim();
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-etcdctl-"));
    await createNamespace(cluster, namespace);
    const settings = { namespace, trident: "false", etcdClusterSize: "1", clientPodLabels: "app=etcdctl" };
    stack = await createTestStack("e2e-etcdctl", settings);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await rm(folder, { recursive: true });
  });

  it("is checked by trident-etcd check, which leaves no key behind", async () => {
    const { code, stdout, stderr } = await tridentEtcd("check", "--namespace", namespace);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /: 1 of 1 member serves\.\n/);
    assert.match(stdout, /^put +\/trident-etcd-check\/\S+, at revision \d+\nget .*\ndel .*the key is gone/m);
    assert.equal(await allKeys(), "");
    const json = await tridentEtcd("check", "--namespace", namespace, "--json");
    const document = JSON.parse(json.stdout) as { command: string; outcome: string; serving: number };
    assert.deepEqual([document.command, document.outcome, document.serving], ["check", "done", 1]);
  });

  it("that is not there fails the check, with what is missing", async () => {
    const noNamespace = await tridentEtcd("check", "--namespace", "no-such-namespace");
    assert.deepEqual([noNamespace.code, noNamespace.stdout], [1, ""]);
    assert.match(noNamespace.stderr, /Namespace no-such-namespace does not exist/);
    const noEtcd = await tridentEtcd("check", "--namespace", "default");
    assert.equal(noEtcd.code, 1);
    assert.match(noEtcd.stderr, /Secret etcd-client-tls in namespace default, .*does not exist/);
  });

  it("gives a person a client set, with which etcdctl works through a port-forward", async () => {
    const directory = path.join(folder, "etcd-client");
    const words = ["client-set", "--namespace", namespace, "--directory", directory];
    const { code, stdout, stderr } = await tridentEtcd(...words);
    assert.equal(code, 0, stderr);
    const key = await readFile(path.join(directory, "etcd-client.key"), "utf8");
    assert.ok(!stdout.includes(key.split("\n")[1] ?? key), "the key is not printed");
    assert.equal((await stat(directory)).mode & 0o777, 0o700);

    const client = connectToCluster({ kubeconfig: kubeconfigPath });
    const forward = await openPortForward(client, { namespace, choosePod: member, port: 2379 });
    try {
      // The port of the README may be taken on this machine.
      const script = `. "$1"; export ETCDCTL_ENDPOINTS=https://localhost:${forward.port}; etcdctl member list && etcdctl put foo bar && etcdctl get foo && etcdctl del foo`;
      const printed = await run("/bin/sh", ["-c", script, "sh", path.join(directory, "etcdctl.env")]);
      assert.match(printed.stdout, /started, trident-etcd-.*\nOK\nfoo\nbar\n1\n$/s);
    } finally {
      await forward.close();
    }

    const again = await tridentEtcd(...words);
    assert.equal(again.code, 3);
    assert.match(again.stderr, /is there already, and nothing is overwritten/);
    assert.equal(await readFile(path.join(directory, "etcd-client.key"), "utf8"), key);
  });

  it("lets in the pod of docs/etcdctl.md, in which the guide's four commands work", async () => {
    const page = await readFile(path.join(repositoryRoot, "docs/etcdctl.md"), "utf8");
    const pod = loadYaml<V1Pod>(/```yaml\n([^]*?)```/.exec(page)?.[1] ?? "");
    await cluster.core.createNamespacedPod({ namespace, body: pod });
    await eventually("the pod runs", async () => {
      return (await cluster.core.readNamespacedPod({ namespace, name: "etcdctl" })).status?.phase === "Running";
    });
    const networking = cluster.kubeconfig.makeApiClient(NetworkingV1Api);
    const { spec } = await networking.readNamespacedNetworkPolicy({ namespace, name: "trident-etcd" });
    const [clients] = spec?.ingress ?? [];
    assert.deepEqual(
      clients?.ports?.map(({ port }) => port),
      [2379],
    );
    const admitted = (clients._from ?? []).map(({ podSelector }) => podSelector?.matchLabels);
    assert.ok(
      admitted.some((labels) => JSON.stringify(labels) === JSON.stringify(pod.metadata?.labels)),
      JSON.stringify(admitted),
    );

    const commands = [...page.matchAll(/exec etcdctl -- (etcdctl .*)$/gm)].map(([, words = ""]) => words.split(" "));
    const printed: string[] = [];
    for (const words of commands) {
      const outcome = await runInPod(cluster.kubeconfig, {
        namespace,
        pod: "etcdctl",
        container: "etcdctl",
        command: words,
      });
      assert.equal(outcome.exitCode, 0, `${words.join(" ")}: ${outcome.stderr}`);
      printed.push(outcome.stdout);
    }
    const [list = "", ...others] = printed;
    assert.match(list, /started/);
    assert.deepEqual(others, ["OK\n", "foo\nbar\n", "1\n"]);
    assert.equal(await allKeys(), "");
    await cluster.core.deleteNamespacedPod({ namespace, name: "etcdctl", gracePeriodSeconds: 0 });
  });
});
