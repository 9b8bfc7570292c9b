import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { EtcdCopy, ManagedEtcd } from "trident-etcd";

const settings = new pulumi.Config();
const pods = { app: "inventory" };

const space = new kubernetes.core.v1.Namespace("namespace", { metadata: { name: settings.require("namespace") } });
const namespace = space.metadata.name;

// An etcd of the application's own: certificates, the operator, three members. A destroy removes first what uses it, then saves
// a last snapshot of it on this machine.
const etcd = new ManagedEtcd("inventory-etcd", {
  namespace,
  certificates: {
    commonNames: { authority: "Inventory etcd", server: "Inventory etcd server", client: "Inventory" },
  },
  clients: [pods],
  snapshotDirectory: settings.get("snapshotDirectory") ?? "snapshots",
});

// The state, copied once from the etcd where it was. What writes to it there must have been stopped.
const copy = new EtcdCopy("copy", {
  source: { namespace, endpoints: settings.require("oldEtcd").split(",") },
  destination: etcd.address,
  prefix: "/inventory/",
});

// The application starts only once all of it was copied and verified. This one counts up in etcd, and is ready as long as it
// finds there what was copied.
const certificates = "/etc/inventory/etcd";
const application = new kubernetes.apps.v1.Deployment(
  "application",
  {
    metadata: { name: "inventory", namespace },
    spec: {
      selector: { matchLabels: pods },
      template: {
        metadata: { labels: pods },
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 1000 },
          containers: [
            {
              name: "inventory",
              image: "quay.io/coreos/etcd:v3.4.22",
              command: [
                "/bin/sh",
                "-c",
                'trap "exit 0" TERM; while :; do etcdctl put /inventory/seen "$(date)"; sleep 5 & wait; done',
              ],
              readinessProbe: {
                exec: { command: ["/bin/sh", "-c", "etcdctl get --print-value-only /inventory/schema | grep -q ."] },
                periodSeconds: 2,
                timeoutSeconds: 5,
              },
              env: [
                { name: "ETCDCTL_API", value: "3" },
                { name: "ETCDCTL_ENDPOINTS", value: etcd.etcdClientEndpoint },
                { name: "ETCDCTL_CACERT", value: `${certificates}/etcd-client-ca.crt` },
                { name: "ETCDCTL_CERT", value: `${certificates}/etcd-client.crt` },
                { name: "ETCDCTL_KEY", value: `${certificates}/etcd-client.key` },
              ],
              volumeMounts: [{ name: "certificates", mountPath: certificates, readOnly: true }],
            },
          ],
          volumes: [{ name: "certificates", secret: { secretName: etcd.clientSecretName } }],
        },
      },
    },
  },
  { dependsOn: [copy] },
);
// A destroy that could not save that snapshot does not begin.
etcd.usedBy(application);

export const deployment = application.metadata.name;
export const copied = { keys: copy.keys, bytes: copy.bytes, sha256: copy.sha256, finishedAt: copy.finishedAt };
export const certificateExpiry = etcd.certificateExpiry;
