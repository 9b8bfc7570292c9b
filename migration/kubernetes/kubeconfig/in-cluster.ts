import { existsSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { Environment } from "./read-kubeconfig.ts";
import { parseKubeconfig, type Kubeconfig } from "./parse-kubeconfig.ts";

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The cluster that this process runs in, with its pod's service account; undefined outside of one. */
export function inCluster(environment: Environment, folder = serviceAccountFolder): Kubeconfig | undefined {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = environment;
  if (host === "" || port === "" || !existsSync(join(folder, "token"))) return undefined;
  const authority = existsSync(join(folder, "ca.crt")) ? { "certificate-authority": "ca.crt" } : {};
  const kubeconfig = {
    clusters: [
      { name: "in-cluster", cluster: { server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`, ...authority } },
    ],
    users: [{ name: "service-account", user: { tokenFile: "token" } }],
    contexts: [{ name: "in-cluster", context: { cluster: "in-cluster", user: "service-account" } }],
    "current-context": "in-cluster",
  };
  return parseKubeconfig(JSON.stringify(kubeconfig), folder, folder);
}
