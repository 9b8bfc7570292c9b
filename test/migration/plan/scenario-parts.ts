import { stackObjects } from "../../../migration/plan/read/stack-objects.ts";
import type { MigrationPlan } from "../../../migration/plan/migration-plan.ts";
import { planFrom } from "../../../migration/plan/make-plan.ts";
import type { PlanRequest } from "../../../migration/plan/plan-request.ts";
import { legacyDeployment } from "../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment, planRequest, smallState } from "./fake-plan-environment.ts";

export const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
export const leasePath = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";
export const secrets = "/api/v1/namespaces/trident/secrets";
export const ours = { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } };

export const certificateKeys = ["etcd-client", "server", "peer"].flatMap((name) => [`${name}.crt`, `${name}-ca.crt`]);
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
export const otherCertificate = Buffer.from(`-----BEGIN CERTIFICATE-----
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

/** All that a stack with an etcd of its own consists of. */
export function withStackObjects(environment: FakePlanEnvironment): FakePlanEnvironment {
  for (const { path, isOptional } of stackObjects(planRequest())) {
    if (isOptional !== true && !environment.objects.has(path)) environment.objects.set(path, { metadata: ours });
  }
  return environment;
}

/** In the stack's Secrets, a single one for all that is a certificate there. */
export function withCertificates(environment: FakePlanEnvironment): void {
  const data = Object.fromEntries(certificateKeys.map((key) => [key, Buffer.from(certificate).toString("base64")]));
  for (const secret of ["etcd-client-tls", "etcd-server-tls", "etcd-peer-tls"]) {
    environment.objects.set(`${secrets}/${secret}`, { metadata: ours, data });
  }
}

export const emptyRecord = { namespace: "trident", name: "trident-etcd-migration", uid: "u" };

/** A stack whose migration has ended, with what the new Trident has written since. */
export function migratedStack(environment: FakePlanEnvironment): FakePlanEnvironment {
  environment.withLegacy().withEtcdCluster({ ...smallState, "/trident/v1/volume/c": "{}" });
  environment.objects.set(deploymentPath, { metadata: ours });
  environment.source = undefined;
  const result = JSON.stringify({ keys: 5, sha256: "aa", destinationClusterId: "2" });
  const manifest = JSON.stringify(legacyDeployment());
  environment.record = { ...emptyRecord, phase: "copied", result, legacyDeployment: manifest };
  return environment;
}

/** A stack of its own etcd whose Trident has its state there, as it is recorded. */
export function recordedStack(environment: FakePlanEnvironment, entries: Readonly<Record<string, string>>): void {
  const container = {
    name: "trident-main",
    image: "netapp/trident:19.04.0",
    args: ["-etcd_v3", "https://trident-etcd-client:2379", "-k8s_pod"],
  };
  environment.withEtcdCluster(entries).objects.set(deploymentPath, {
    metadata: ours,
    spec: { template: { spec: { containers: [container] } } },
  });
  environment.record = { ...emptyRecord, etcdClusterId: "2", etcdHeldKeys: "true" };
}

export const endpoint = "https://etcd.example.com:2379";

/** An etcd that is not the stack's own. */
export function existingEtcd(...endpoints: readonly string[]): Pick<PlanRequest, "destination" | "existing"> {
  const pem = Buffer.from(certificate);
  return {
    destination: {
      kind: "existing" as const,
      namespace: "trident",
      endpoints: endpoints.length === 0 ? [endpoint] : endpoints,
      clientSecret: "etcd-client-tls",
      reach: "auto",
      gatewayImage: "quay.io/coreos/etcd:v3.4.22",
    },
    existing: {
      identity: { tls: { certificateAuthority: pem, certificate: pem, privateKey: Buffer.from("not looked at") } },
      adoptState: false,
      mayMakePods: false,
      timeoutSeconds: 300,
    },
  };
}

export type Arrange = (environment: FakePlanEnvironment) => unknown;

export async function planOf(arrange: Arrange, change: Partial<PlanRequest> = {}): Promise<MigrationPlan> {
  const environment = new FakePlanEnvironment().withDns();
  arrange(environment);
  return planFrom(environment, planRequest(change));
}
