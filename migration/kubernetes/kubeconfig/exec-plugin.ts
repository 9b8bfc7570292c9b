import { readFileSync } from "node:fs";
import type { ChosenAccess } from "./choose-access.ts";
import type { ExecEntry } from "./parse-kubeconfig.ts";

const execExtension = "client.authentication.k8s.io/exec";

interface Exec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** A credential plugin as client-node runs it, with what kubectl tells a plugin in KUBERNETES_EXEC_INFO. */
export function execOf(exec: ExecEntry, access: ChosenAccess): Exec {
  const info = {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster: clusterInfo(access) } : {}) },
  };
  return {
    command: exec.command,
    args: exec.args,
    env: [...exec.env, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }],
  };
}

function clusterInfo({ server, cluster }: ChosenAccess): unknown {
  const { certificateAuthority, skipVerification, tlsServerName, proxyUrl, fields } = cluster;
  const { data, file } = certificateAuthority;
  const authority = file === "" ? data : readFileSync(file).toString("base64");
  const extension = fields.list("extensions").find((each) => each.text("name") === execExtension);
  return {
    server,
    ...(tlsServerName === "" ? {} : { "tls-server-name": tlsServerName }),
    ...(skipVerification ? { "insecure-skip-tls-verify": true } : {}),
    ...(authority === "" ? {} : { "certificate-authority-data": authority }),
    ...(proxyUrl === "" ? {} : { "proxy-url": proxyUrl }),
    ...(extension === undefined ? {} : { config: extension.raw().extension }),
  };
}
