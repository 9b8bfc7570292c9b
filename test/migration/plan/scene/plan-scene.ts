import { keyPrefix } from "../../../../migration/copy/store/key-range.ts";
import { planFrom } from "../../../../migration/plan/make-plan.ts";
import type { MigrationPlan } from "../../../../migration/plan/migration-plan.ts";
import type { PlanRequest } from "../../../../migration/plan/plan-request.ts";
import { certificate } from "./certificates.ts";
import { FakePlanEnvironment } from "./fake-plan-environment.ts";
import { endpoint } from "./places.ts";

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

export function planRequest(change: Partial<PlanRequest> = {}): PlanRequest {
  return {
    cluster: {},
    stack: "organization/trident-etcd/production",
    takeOver: false,
    namespace: "trident",
    migrate: true,
    rollback: false,
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    legacyClaim: claimSource,
    record: "trident-etcd-migration",
    prefix: keyPrefix("/trident/"),
    destination: {
      kind: "managed" as const,
      namespace: "trident",
      etcdCluster: "trident-etcd",
      clientSecret: "etcd-client-tls",
    },
    tridentImage: "netapp/trident:19.04.0",
    etcdClusterSize: 3,
    etcdVersion: "3.4.22",
    abandonedEtcd: "",
    certificateValidityHours: 43800,
    certificateEarlyRenewalHours: 720,
    snapshotDirectory: "snapshots",
    ...change,
  };
}

export const claimSource = {
  claim: "trident",
  etcdImages: ["quay.io/coreos/etcd:v3.1.5", "quay.io/coreos/etcd:v3.3.12", "quay.io/coreos/etcd:v3.4.22"],
  copyImage: "busybox:1.28.0-glibc",
};
