import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { runInPod } from "../../sandbox/pod-exec.ts";
import { parseKeys, valuesOf } from "./etcd-keys.ts";
import { eventually, type SandboxCluster } from "./sandbox-cluster.ts";

/** An etcd without TLS or anything else, as applications have had them, that only pods reach. */
export interface PlainEtcd {
  readonly url: string;
  /** Has a shell in its pod run etcdctl, once or more. */
  run(script: string): Promise<string>;
  contents(): Promise<PlainContents>;
}

export interface PlainContents {
  /** In base64, by key. */
  readonly values: ReadonlyMap<string, string>;
  /** A write, even one that changes nothing, shows in it. */
  readonly revision: string;
}

const name = "old-etcd";
const labels = { app: name };

/** It goes with the namespace, which is to be there. */
export async function startPlainEtcd(cluster: SandboxCluster, namespace: string): Promise<PlainEtcd> {
  const spec = { selector: labels, ports: [{ port: 2379 }] };
  await cluster.core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
  await cluster.core.createNamespacedPod({ namespace, body: etcdPod() });
  await eventually("the old etcd is ready", async () => {
    const { status } = await cluster.core.readNamespacedPod({ namespace, name });
    return status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
  });
  const run = async (script: string): Promise<string> => {
    const command = ["/bin/sh", "-ec", `export ETCDCTL_API=3; ${script}`];
    const outcome = await runInPod(cluster.kubeconfig, { namespace, pod: name, container: name, command });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return outcome.stdout;
  };
  return {
    url: `http://${name}.${namespace}.svc:2379`,
    run,
    contents: async () => {
      const json = await run("etcdctl get '' --from-key -w json");
      const { header } = JSON.parse(json) as { header: { revision: number } };
      return { values: valuesOf(parseKeys(json)), revision: String(header.revision) };
    },
  };
}

function etcdPod(): V1Pod {
  return {
    metadata: { name, labels },
    spec: {
      containers: [
        {
          name,
          image: "quay.io/coreos/etcd:v3.4.22",
          command: ["/usr/local/bin/etcd", "--data-dir=/tmp/data"],
          args: ["--listen-client-urls=http://0.0.0.0:2379", "--advertise-client-urls=http://127.0.0.1:2379"],
          readinessProbe: { tcpSocket: { port: 2379 }, periodSeconds: 1 },
        },
      ],
      // Nothing to be gentle about.
      terminationGracePeriodSeconds: 0,
    },
  };
}
