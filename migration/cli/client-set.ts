import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { CertificateMaterial } from "../certificates/client-certificate.ts";
import { memberClientPort } from "../connect/cluster-members.ts";
import { UsageError } from "./words/usage-error.ts";

/** The folder is there already, with whatever is in it. */
export class ClientSetExistsError extends Error {
  override readonly name = "ClientSetExistsError";

  constructor(directory: string) {
    super(
      `${directory} is there already, and nothing is overwritten. Name a folder that is not there, or remove this one if nobody needs it`,
    );
  }
}

export interface ClientSetFile {
  readonly name: string;
  readonly content: Buffer | string;
}

const names = { authority: "etcd-client-ca.crt", certificate: "etcd-client.crt", privateKey: "etcd-client.key" };
const environmentName = "etcdctl.env";

/** What a person is a client with: the certificates under the names of the Secret, etcdctl's environment, and how to use it. */
export function clientSetFiles(
  place: {
    /** Absolute. */
    readonly directory: string;
    readonly namespace: string;
    readonly etcdCluster: string;
  },
  { certificateAuthority, certificate, privateKey }: CertificateMaterial,
): ClientSetFile[] {
  return [
    { name: names.authority, content: certificateAuthority },
    { name: names.certificate, content: certificate },
    { name: names.privateKey, content: privateKey },
    { name: environmentName, content: environmentOf(place.directory) },
    { name: "README", content: readMe(place) },
  ];
}

/** The members' certificate is for localhost, too, which is where a port-forward brings them. */
function environmentOf(directory: string): string {
  const file = (name: string): string => quoted(path.join(directory, name));
  const variables = {
    ETCDCTL_API: "3",
    ETCDCTL_ENDPOINTS: `https://localhost:${memberClientPort}`,
    ETCDCTL_CACERT: file(names.authority),
    ETCDCTL_CERT: file(names.certificate),
    ETCDCTL_KEY: file(names.privateKey),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join("");
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function readMe({ directory, namespace, etcdCluster }: Parameters<typeof clientSetFiles>[0]): string {
  return [
    `A client's certificate and key for EtcdCluster ${etcdCluster} in namespace ${namespace}: who reads them can read and change all of the etcd.`,
    `1. kubectl --namespace ${namespace} port-forward service/${etcdCluster}-client ${memberClientPort}:${memberClientPort} &`,
    `2. . ${quoted(path.join(directory, environmentName))}`,
    "3. etcdctl member list --write-out=table",
    "Delete this folder once it is not needed; after the certificate was renewed, have a new one written.",
    "",
  ].join("\n");
}

/**
 * Makes the folder, for its owner alone, with the files in it; none of it is left when that fails.
 *
 * @throws ClientSetExistsError, or UsageError when it can't be made.
 */
export async function writeClientSet(directory: string, files: readonly ClientSetFile[]): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new ClientSetExistsError(directory);
    throw new UsageError(`--directory: ${directory} can't be made: ${(error as Error).message}`);
  }
  try {
    for (const { name, content } of files) {
      await writeFile(path.join(directory, name), content, { mode: 0o600, flag: "wx" });
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
