/** The folder that the commands make, in the one they are run in. */
export const runningCertificates = "running-certificates";

/** The Secrets of the stack's own etcd, with the files that each holds: in a folder they have the same names. */
const secrets = {
  "etcd-server-tls": ["server.crt", "server.key", "server-ca.crt"],
  "etcd-peer-tls": ["peer.crt", "peer.key", "peer-ca.crt"],
  "etcd-client-tls": ["etcd-client.crt", "etcd-client.key", "etcd-client-ca.crt"],
};

/** For a shell: writes the certificates that run in the cluster where the setting certificateDirectory finds them. */
export function commandsToBringCertificates(namespace: string): string[] {
  return [
    `umask 077; mkdir -p ${runningCertificates}`,
    ...Object.entries(secrets).map(
      ([secret, files]) =>
        `for file in ${files.join(" ")}; do kubectl --namespace ${namespace} get secret ${secret} ` +
        `--output go-template="{{index .data \\"$file\\" | base64decode}}" > ${runningCertificates}/$file; done`,
    ),
    `pulumi config set certificateDirectory ${runningCertificates}`,
  ];
}
