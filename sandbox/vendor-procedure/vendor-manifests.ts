import type { V1Container, V1Deployment, V1Job } from "@kubernetes/client-node";
import { legacyTridentManifests } from "../legacy-trident/legacy-trident-manifests.ts";
import { legacyTrident } from "../legacy-trident/legacy-trident-names.ts";

/** The external etcd as the vendor's files assume it: they were made for the cluster of their own install_etcd.sh. */
const etcdClient = { host: "trident-etcd-client", port: 2379, secret: "etcd-client-tls", mountedAt: "/root/certs" };

const serverCertificate = { secret: "etcd-server-tls", mountedAt: "/root/server" };

const etcdImage = "quay.io/coreos/etcd:v3.4.14";

export const copyJobName = "etcd-copy";
export const copyContainer = "etcd-copy";

/**
 * etcdcopy-job.yaml: the embedded etcd on its claim, and beside it the copier. The vendor's image cannot be had, so the
 * copier is the re-implementation of its algorithm, from a directory of the node; as it always speaks TLS, the etcd
 * beside it takes the cluster's server certificate, which names localhost.
 *
 * @param program the directory of this machine that holds `vendor-copy`
 */
export function copyJob(namespace: string, program: string): V1Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: copyJobName, namespace },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          containers: [copier(), etcdBesideIt()],
          volumes: [
            { name: "etcd-vol", persistentVolumeClaim: { claimName: legacyTrident.persistentVolumeClaim } },
            { name: "client-certificate", secret: { secretName: etcdClient.secret } },
            { name: "server-certificate", secret: { secretName: serverCertificate.secret } },
            { name: "program", hostPath: { path: program, type: "Directory" } },
          ],
        },
      },
    },
  };
}

/** Tells the copy's own time from that of its pod: /proc/uptime has hundredths, the pod's status whole seconds. */
function copier(): V1Container {
  const source = `localhost:${legacyTrident.etcdPort}`;
  const certificate = [
    `--cacert=${etcdClient.mountedAt}/etcd-client-ca.crt`,
    `--cert=${etcdClient.mountedAt}/etcd-client.crt`,
    `--key=${etcdClient.mountedAt}/etcd-client.key`,
  ].join(" ");
  // The vendor's default prefix: it leaves /trident/store behind, which the new Trident then writes.
  const flags = `--from=${source} --to=${etcdClient.host}:${etcdClient.port} --prefix=/trident/v1/ ${certificate}`;
  const ask = `etcdctl --endpoints=https://${source} ${certificate} --dial-timeout=300ms --command-timeout=300ms get none`;
  const script = [
    `until ETCDCTL_API=3 ${ask} 2>/dev/null; do sleep 0.1; done`,
    `echo "copy began at $(cut -d' ' -f1 /proc/uptime)"`,
    `/program/vendor-copy ${flags} </dev/null`,
    `echo "copy ended at $(cut -d' ' -f1 /proc/uptime)"`,
  ].join("\n");
  return {
    name: copyContainer,
    image: etcdImage,
    command: ["/bin/sh", "-ec", script],
    volumeMounts: [
      { name: "client-certificate", mountPath: etcdClient.mountedAt, readOnly: true },
      { name: "program", mountPath: "/program", readOnly: true },
    ],
  };
}

function etcdBesideIt(): V1Container {
  const client = `https://localhost:${legacyTrident.etcdPort}`;
  const peer = "http://127.0.0.1:8002";
  return {
    name: "etcd",
    image: etcdImage,
    command: ["/usr/local/bin/etcd"],
    args: [
      ...["-name", "etcd1", "-data-dir", "/var/etcd/data", "-initial-cluster", `etcd1=${peer}`],
      ...["-advertise-client-urls", client, "-listen-client-urls", `https://127.0.0.1:${legacyTrident.etcdPort}`],
      ...["-initial-advertise-peer-urls", peer, "-listen-peer-urls", peer],
      ...["-cert-file", `${serverCertificate.mountedAt}/server.crt`],
      ...["-key-file", `${serverCertificate.mountedAt}/server.key`],
      ...["-trusted-ca-file", `${serverCertificate.mountedAt}/server-ca.crt`, "-client-cert-auth"],
    ],
    volumeMounts: [
      { name: "etcd-vol", mountPath: "/var/etcd/data" },
      { name: "server-certificate", mountPath: serverCertificate.mountedAt, readOnly: true },
    ],
  };
}

/** trident-deployment-external-etcd.yaml, as apps/v1. */
export function externalEtcdDeployment(namespace: string): V1Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: legacyTrident.deployment, namespace, labels: { ...legacyTrident.label } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { ...legacyTrident.label } },
      template: {
        metadata: { labels: { ...legacyTrident.label } },
        spec: {
          serviceAccountName: legacyTrident.serviceAccount,
          containers: [externalEtcdTrident(namespace)],
          volumes: [{ name: "etcd-client-tls", secret: { secretName: etcdClient.secret } }],
        },
      },
    },
  };
}

/** The container of the embedded variant, with the other etcd and the certificate for it. */
function externalEtcdTrident(namespace: string): V1Container {
  const containers = legacyTridentManifests({ namespace }).deployment.spec?.template.spec?.containers ?? [];
  const embedded = containers.find(({ name }) => name === legacyTrident.tridentContainer);
  if (embedded === undefined) throw new TypeError("the embedded variant has no container of Trident");
  embedded.args = ["-etcd_v3", `https://${etcdClient.host}:${etcdClient.port}`, "-k8s_pod"];
  embedded.volumeMounts = [{ name: "etcd-client-tls", mountPath: etcdClient.mountedAt, readOnly: true }];
  return embedded;
}
