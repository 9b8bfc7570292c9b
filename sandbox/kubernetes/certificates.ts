import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "../machine/commands.ts";
import {
  apiServerUrl,
  clusterDomain,
  kubeconfigPath,
  network,
  nodeName,
  sandboxName,
  sandboxState,
} from "../sandbox-paths.ts";

const directory = join(sandboxState, "certificates");

/** The users that the certificates stand for; Kubernetes reads the name from CN and the groups from O. */
const clients = {
  admin: { user: "kubernetes-admin", group: "system:masters" },
  "controller-manager": { user: "system:kube-controller-manager" },
  scheduler: { user: "system:kube-scheduler" },
  "kube-proxy": { user: "system:kube-proxy" },
  kubelet: { user: `system:node:${nodeName}`, group: "system:nodes" },
  "apiserver-to-kubelet": { user: "apiserver-to-kubelet", group: "system:masters" },
  dns: { user: "sandbox:dns", group: "system:masters" },
  storage: { user: "sandbox:storage", group: "system:masters" },
} as const satisfies Record<string, { user: string; group?: string }>;

const servers = {
  apiserver: [
    "DNS:kubernetes",
    "DNS:kubernetes.default",
    "DNS:kubernetes.default.svc",
    `DNS:kubernetes.default.svc.${clusterDomain}`,
    "DNS:localhost",
    "IP:127.0.0.1",
    `IP:${network.nodeAddress}`,
    `IP:${network.apiService}`,
  ],
  "kubelet-server": [`DNS:${nodeName}`, `IP:${network.nodeAddress}`],
} as const;

export type ClientName = keyof typeof clients;
export type CertificateName = ClientName | keyof typeof servers | "ca" | "service-accounts";

/** Makes a certificate authority, all certificates under it and a kubeconfig for each client. Valid for ten years. */
export async function createCertificates(): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeKeyPair("service-accounts");
  writeKeyPair("ca");
  await request("ca", `/CN=${sandboxName}`, [
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign",
  ]);
  await Promise.all([
    ...Object.entries(clients).map(([name, client]) =>
      signed(name as ClientName, subject(client), ["extendedKeyUsage=clientAuth"]),
    ),
    ...Object.entries(servers).map(([name, names]) =>
      signed(name as CertificateName, `/CN=${name}`, [
        "extendedKeyUsage=serverAuth",
        `subjectAltName=${names.join(",")}`,
      ]),
    ),
  ]);
  for (const name of Object.keys(clients) as ClientName[]) {
    writeFileSync(clientKubeconfig(name), kubeconfig(name), { mode: 0o600 });
  }
  writeFileSync(kubeconfigPath, kubeconfig("admin"), { mode: 0o600 });
}

export function certificateFile(name: CertificateName): string {
  return join(directory, `${name}.crt`);
}

export function keyFile(name: CertificateName): string {
  return join(directory, `${name}.key`);
}

/** Tokens of service accounts are verified with it. */
export const serviceAccountPublicKey = join(directory, "service-accounts.pub");

export function clientKubeconfig(name: ClientName): string {
  return join(directory, `${name}.kubeconfig`);
}

function subject({ user, group }: { user: string; group?: string }): string {
  return group === undefined ? `/CN=${user}` : `/O=${group}/CN=${user}`;
}

async function signed(name: CertificateName, subjectName: string, extensions: string[]): Promise<void> {
  writeKeyPair(name);
  await request(
    name,
    subjectName,
    ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", ...extensions],
    ["-CA", certificateFile("ca"), "-CAkey", keyFile("ca")],
  );
}

async function request(name: CertificateName, subjectName: string, extensions: string[], signer: string[] = []) {
  await run("openssl", [
    ...["req", "-x509", "-new", "-sha256", "-days", "3650", "-subj", subjectName],
    ...["-key", keyFile(name), "-out", certificateFile(name)],
    ...signer,
    // A configuration of our own keeps the machine's extensions out.
    ...["-config", "/dev/null"],
    ...extensions.flatMap((extension) => ["-addext", extension]),
  ]);
}

function writeKeyPair(name: CertificateName): void {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(keyFile(name), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  if (name === "service-accounts")
    writeFileSync(serviceAccountPublicKey, publicKey.export({ type: "spki", format: "pem" }));
}

function kubeconfig(name: ClientName): string {
  const encoded = (file: string) => readFileSync(file).toString("base64");
  return `apiVersion: v1
kind: Config
current-context: sandbox
clusters:
  - name: sandbox
    cluster:
      server: ${apiServerUrl}
      certificate-authority-data: ${encoded(certificateFile("ca"))}
contexts:
  - name: sandbox
    context:
      cluster: sandbox
      user: ${name}
users:
  - name: ${name}
    user:
      client-certificate-data: ${encoded(certificateFile(name))}
      client-key-data: ${encoded(keyFile(name))}
`;
}
