import type { V1Pod } from "@kubernetes/client-node";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../../certificate-authority.ts";
import { memberEtcdctlOf, parseKeys, type ListedKey } from "../etcd-keys.ts";
import { eventually, type SandboxCluster } from "../sandbox-cluster.ts";

/** One etcd over TLS that looks like a ready member of the EtcdCluster `trident-etcd`, without the operator. */
export interface DestinationEtcd {
  readonly authority: CertificateAuthority;
  readonly client: IssuedCertificate;
  /** Runs etcdctl in it. */
  etcdctl(...words: string[]): Promise<string>;
  keys(): Promise<Map<string, ListedKey>>;
  remove(): Promise<void>;
}

export const clientSecret = "etcd-client-tls";
// The tests replace the client's Secret; a kubelet brings such a change into a pod that mounts it some time later.
const mountedClientSecret = "etcd-client-tls-of-the-pod";
const podName = "trident-etcd-test";

/** Creates it, with the client's Secret, and waits until it is ready. It goes with the namespace. */
export async function startDestinationEtcd(cluster: SandboxCluster, namespace: string): Promise<DestinationEtcd> {
  const authority = await createAuthority();
  const client = await authority.issue({ commonName: "Trident etcd client", usages: ["clientAuth"] });
  const server = await authority.issue({
    commonName: "Trident etcd server",
    alternativeNames: [`DNS:trident-etcd-client.${namespace}.svc`, "DNS:localhost"],
    usages: ["serverAuth"],
  });
  const files = { "server.crt": server.certificate, "server.key": server.privateKey, "ca.crt": authority.certificate };
  await createSecret(cluster, namespace, "etcd-server-tls", files);
  await createClientSecret(cluster, namespace, { authority, client });
  await createSecret(cluster, namespace, mountedClientSecret, clientFiles({ authority, client }));
  await cluster.core.createNamespacedPod({ namespace, body: etcdPod(namespace) });
  await eventually("the destination's etcd is ready", async () => {
    const pod = await cluster.core.readNamespacedPod({ namespace, name: podName });
    return pod.status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
  });
  const etcdctl = (...words: string[]) => memberEtcdctlOf(cluster.kubeconfig, namespace, podName, words);
  return {
    authority,
    client,
    etcdctl,
    keys: async () => parseKeys(await etcdctl("get", "/trident/", "--prefix", "-w", "json")),
    remove: () => authority.remove(),
  };
}

/** The Secret as the stack makes it; `change` replaces or, with undefined, leaves out some of its keys. */
export async function createClientSecret(
  cluster: SandboxCluster,
  namespace: string,
  { authority, client }: Pick<DestinationEtcd, "authority" | "client">,
  change: Readonly<Record<string, Buffer | undefined>> = {},
): Promise<void> {
  await createSecret(cluster, namespace, clientSecret, { ...clientFiles({ authority, client }), ...change });
}

function clientFiles({ authority, client }: Pick<DestinationEtcd, "authority" | "client">): Record<string, Buffer> {
  return {
    "etcd-client.crt": client.certificate,
    "etcd-client.key": client.privateKey,
    "etcd-client-ca.crt": authority.certificate,
  };
}

async function createSecret(
  cluster: SandboxCluster,
  namespace: string,
  name: string,
  files: Readonly<Record<string, Buffer | undefined>>,
): Promise<void> {
  const present = Object.entries(files).flatMap(([key, file]) => (file === undefined ? [] : [[key, file] as const]));
  const data = Object.fromEntries(present.map(([key, file]) => [key, file.toString("base64")]));
  await cluster.core.createNamespacedSecret({ namespace, body: { metadata: { name }, data } });
}

function etcdPod(namespace: string): V1Pod {
  const url = `https://trident-etcd-client.${namespace}.svc:2379`;
  return {
    metadata: { name: podName, labels: { app: "etcd", etcd_cluster: "trident-etcd" } },
    spec: {
      containers: [
        {
          name: "etcd",
          image: "quay.io/coreos/etcd:v3.4.22",
          command: ["/usr/local/bin/etcd"],
          args: [
            ...["--data-dir=/tmp/data", "--listen-client-urls=https://0.0.0.0:2379", `--advertise-client-urls=${url}`],
            ...["--cert-file=/server/server.crt", "--key-file=/server/server.key"],
            ...["--trusted-ca-file=/server/ca.crt", "--client-cert-auth"],
          ],
          readinessProbe: { tcpSocket: { port: 2379 }, periodSeconds: 1 },
          volumeMounts: [
            { name: "server", mountPath: "/server" },
            // Where the operator puts it, and where the tests' etcdctl looks.
            { name: "client", mountPath: "/etc/etcdtls/operator/etcd-tls" },
          ],
        },
      ],
      volumes: [
        { name: "server", secret: { secretName: "etcd-server-tls" } },
        { name: "client", secret: { secretName: mountedClientSecret } },
      ],
    },
  };
}
