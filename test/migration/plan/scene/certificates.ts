import type { ShownCertificates } from "../../../../migration/certificates/brought-certificates.ts";
import type { FakePlanEnvironment } from "./fake-plan-environment.ts";
import { ours, secrets } from "./places.ts";

const certificateKeys = ["etcd-client", "server", "peer"].flatMap((name) => [`${name}.crt`, `${name}-ca.crt`]);
/** Without a private key: only its end is looked at. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUcCErDEii3wqCl+gkdnMFWQqUetkwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZXhhbXBsZTAgFw0yNjExMjMwNzM5NDdaGA8yMDUxMDcxNTA3
Mzk0N1owEjEQMA4GA1UEAwwHZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABHCc7ZlmiloDBZNXHyREI8JGYj9HZYfRxW1YayWgzgd7y5C7HQ+XPyMYSan4
y7udvUD7vef4YDDK8UH/xsLIjMOjUzBRMB0GA1UdDgQWBBSWcP4ERxh9k1EHjVQ4
NTpHxaEOAjAfBgNVHSMEGDAWgBSWcP4ERxh9k1EHjVQ4NTpHxaEOAjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIEtZ0LAzKDhwTSmdgfP1YafmpEkp
BUbtKAbdbOWWSNy9AiBQv8EogcWRlOX99p/WyarYI3zrQmRkU23JQJY3/DW6Ig==
-----END CERTIFICATE-----`;

/** Of another CA, its own. */
const otherCertificate = Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUfsU0WnjtGqOOjeU74gR2MRy0XV8wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPYW5vdGhlci1leGFtcGxlMCAXDTI2MTEyMzEyNTAwM1oYDzIw
NTEwNzE1MTI1MDAzWjAaMRgwFgYDVQQDDA9hbm90aGVyLWV4YW1wbGUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATahkyKr34EibysK9TP/R1KFGb4gHwk1crreyxu
L/E76aDDWx9zj1DPhFFw0JI3AaATSMIGrKvST2yNBhODpKWlo1MwUTAdBgNVHQ4E
FgQUWjjTIVvNiIOPBNjFOUI1M4VBdHMwHwYDVR0jBBgwFoAUWjjTIVvNiIOPBNjF
OUI1M4VBdHMwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBwKttn
TDMjmegbzMnJoNTFf4+RMCZWXhach80O/FsMKAIhALKNeW8uwwPvtd71kHRDc73e
QW9Ym7Vd/Ns0ZsrUfDN0
-----END CERTIFICATE-----`);

/** In the stack's Secrets, a single one for all that is a certificate there. */
export function withCertificates(environment: FakePlanEnvironment): void {
  const data = Object.fromEntries(certificateKeys.map((key) => [key, Buffer.from(certificate).toString("base64")]));
  for (const secret of ["etcd-client-tls", "etcd-server-tls", "etcd-peer-tls"]) {
    environment.objects.set(`${secrets}/${secret}`, { metadata: ours, data });
  }
}

/** Another CA's, from files of that folder. */
export function broughtIn(folder: string): ShownCertificates {
  const shown = (name: string) => ({
    certificate: otherCertificate,
    certificateAuthority: otherCertificate,
    places: {
      certificate: `${name}.crt in folder ${folder}`,
      privateKey: `${name}.key in folder ${folder}`,
      certificateAuthority: `ca.crt in folder ${folder}`,
    },
  });
  return { server: shown("server"), peer: shown("peer"), client: shown("etcd-client") };
}
