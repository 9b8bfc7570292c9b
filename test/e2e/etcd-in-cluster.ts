import type { V1Pod } from "@kubernetes/client-node";
import { clusterDomain } from "../../sandbox/sandbox-paths.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../certificate-authority.ts";
import { memberEtcdctlOf, parseKeys, type ListedKey } from "./etcd-keys.ts";
import { eventually, type SandboxCluster } from "./sandbox-cluster.ts";

/** One etcd over TLS in a namespace of its own that only pods can reach, by its Service's name. */
export interface EtcdInCluster {
  readonly endpoint: string;
  /** The same, and by its Service's other name. */
  readonly endpoints: readonly string[];
  readonly authority: CertificateAuthority;
  readonly client: IssuedCertificate;
  keys(prefix: string): Promise<Map<string, ListedKey>>;
  remove(): Promise<void>;
}

const name = "etcd";

/** Creates it and waits until it is ready. It goes with the namespace, which is to be there. */
export async function startEtcdInCluster(cluster: SandboxCluster, namespace: string): Promise<EtcdInCluster> {
  const authority = await createAuthority("somebody's CA");
  const client = await authority.issue({ commonName: "trident", usages: ["clientAuth"] });
  const host = `${name}.${namespace}.svc`;
  const server = await authority.issue({
    commonName: "somebody's etcd",
    alternativeNames: [`DNS:${host}`, `DNS:${host}.${clusterDomain}`, "DNS:localhost"],
  });
  const files = { "server.crt": server.certificate, "server.key": server.privateKey, "ca.crt": authority.certificate };
  await createSecret(cluster, namespace, "server", files);
  await createSecret(cluster, namespace, "client", {
    "etcd-client.crt": client.certificate,
    "etcd-client.key": client.privateKey,
    "etcd-client-ca.crt": authority.certificate,
  });
  const ports = [{ port: 2379 }];
  await cluster.core.createNamespacedService({ namespace, body: { metadata: { name }, spec: { selector, ports } } });
  await cluster.core.createNamespacedPod({ namespace, body: etcdPod(host) });
  await eventually("somebody's etcd is ready", async () => {
    const pod = await cluster.core.readNamespacedPod({ namespace, name });
    return pod.status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
  });
  return {
    endpoint: `https://${host}:2379`,
    endpoints: [`https://${host}:2379`, `https://${host}.${clusterDomain}:2379`],
    authority,
    client,
    keys: async (prefix) =>
      parseKeys(await memberEtcdctlOf(cluster.kubeconfig, namespace, name, ["get", prefix, "--prefix", "-w", "json"])),
    remove: () => authority.remove(),
  };
}

export async function createSecret(
  cluster: SandboxCluster,
  namespace: string,
  secret: string,
  files: Readonly<Record<string, Buffer>>,
): Promise<void> {
  const data = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, file.toString("base64")]));
  await cluster.core.createNamespacedSecret({ namespace, body: { metadata: { name: secret }, data } });
}

const selector = { app: "somebodys-etcd" };

function etcdPod(host: string): V1Pod {
  return {
    metadata: { name, labels: selector },
    spec: {
      containers: [
        {
          name: "etcd",
          image: "quay.io/coreos/etcd:v3.4.22",
          command: ["/usr/local/bin/etcd"],
          args: [
            ...["--data-dir=/tmp/data", "--listen-client-urls=https://0.0.0.0:2379"],
            ...[
              `--advertise-client-urls=https://${host}:2379`,
              "--trusted-ca-file=/server/ca.crt",
              "--client-cert-auth",
            ],
            ...["--cert-file=/server/server.crt", "--key-file=/server/server.key"],
          ],
          readinessProbe: { tcpSocket: { port: 2379 }, periodSeconds: 1 },
          volumeMounts: [
            { name: "server", mountPath: "/server" },
            // Where the tests' etcdctl looks.
            { name: "client", mountPath: "/etc/etcdtls/operator/etcd-tls" },
          ],
        },
      ],
      volumes: [
        { name: "server", secret: { secretName: "server" } },
        { name: "client", secret: { secretName: "client" } },
      ],
    },
  };
}
