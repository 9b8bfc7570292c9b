import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { chooseApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import {
  createEtcdctlCronJob,
  etcdctlPods,
  type EtcdctlCronJobArgs,
} from "../../../components/etcd/etcdctl-cron-job.ts";
import { record } from "../registrations.ts";

const args: EtcdctlCronJobArgs = {
  namespace: "storage",
  jobName: "trident-etcd-snapshots",
  component: "snapshots",
  schedule: "17 * * * *",
  script: "etcdctl version",
  image: "quay.io/coreos/etcd:v3.4.22",
  endpoint: "https://trident-etcd-client:2379",
  clientSecretName: "etcd-client-tls",
  claim: { claimName: "trident-etcd-snapshots", mountPath: "/snapshots" },
  deadlineSeconds: 600,
};

interface Job {
  metadata: { name: string };
  spec: {
    schedule: string;
    concurrencyPolicy: string;
    jobTemplate: { spec: { template: Template } };
  };
}

interface Template {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    restartPolicy: string;
    activeDeadlineSeconds: number;
    automountServiceAccountToken: boolean;
    securityContext: Record<string, unknown>;
    imagePullSecrets?: unknown;
    containers: {
      command: string[];
      env: { name: string; value: string }[];
      imagePullPolicy?: string;
      securityContext: Record<string, unknown>;
      volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
    }[];
    volumes: Record<string, unknown>[];
  };
}

async function registered(given: Partial<EtcdctlCronJobArgs> = {}): Promise<{ type: string; job: Job }> {
  const { all } = await record(false, () => {
    createEtcdctlCronJob("snapshots", { ...args, ...given }, {});
  });
  const [only] = all;
  assert.ok(only !== undefined && all.length === 1);
  return { type: only.type, job: only.inputs as unknown as Job };
}

const templateOf = ({ job }: { job: Job }): Template => job.spec.jobTemplate.spec.template;

describe("a CronJob with etcdctl", () => {
  it("runs its script one at a time, with the client's certificate, and is let in by its label", async () => {
    const made = await registered();
    assert.equal(made.type, "kubernetes:batch/v1:CronJob");
    assert.equal(made.job.metadata.name, "trident-etcd-snapshots");
    assert.equal(made.job.spec.schedule, "17 * * * *");
    assert.equal(made.job.spec.concurrencyPolicy, "Forbid");
    const { metadata, spec } = templateOf(made);
    for (const [label, value] of Object.entries(etcdctlPods)) assert.equal(metadata.labels[label], value);
    const [container] = spec.containers;
    assert.deepEqual(container?.command, ["/bin/sh", "-c", "etcdctl version"]);
    const variable = (name: string) => container.env.find((each) => each.name === name)?.value;
    assert.equal(variable("ETCDCTL_ENDPOINTS"), "https://trident-etcd-client:2379");
    assert.equal(variable("ETCDCTL_KEY"), "/etc/etcd-client-tls/etcd-client.key");
    assert.deepEqual(spec.volumes, [
      { name: "certificates", secret: { secretName: "etcd-client-tls" } },
      { name: "temporary", emptyDir: {} },
      { name: "claim", persistentVolumeClaim: { claimName: "trident-etcd-snapshots" } },
    ]);
    assert.equal(container.volumeMounts[0]?.readOnly, true);
  });

  it("may run where the Pod Security Standard is restricted, and may write to its claim", async () => {
    const { spec } = templateOf(await registered());
    assert.deepEqual(spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      seccompProfile: { type: "RuntimeDefault" },
      fsGroup: 65534,
    });
    assert.deepEqual(spec.containers[0]?.securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    });
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal(spec.restartPolicy, "Never");
    assert.equal(spec.activeDeadlineSeconds, 600);
  });

  it("leaves its user to OpenShift there", async () => {
    const { spec } = templateOf(await registered({ userIsAssigned: true }));
    assert.deepEqual(spec.securityContext, { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  });

  it("needs no claim", async () => {
    const { spec } = templateOf(await registered({ claim: undefined as never }));
    assert.equal(spec.volumes.length, 2);
    assert.equal(spec.securityContext.fsGroup, undefined);
  });

  it("is given what pods for a moment are given", async () => {
    const pod = { imagePullSecrets: [{ name: "registry" }], imagePullPolicy: "Never" } as const;
    const { spec } = templateOf(await registered({ pod: { ...pod, imagePullSecrets: [{ name: "registry" }] } }));
    assert.deepEqual(spec.imagePullSecrets, [{ name: "registry" }]);
    assert.equal(spec.containers[0]?.imagePullPolicy, "Never");
  });

  it("is one of batch/v1beta1 before Kubernetes 1.21, with seccomp as an annotation where there is no field", async () => {
    const made = await registered({ apis: chooseApis({ version: "v1.16.0", groupVersions: undefined }) });
    assert.equal(made.type, "kubernetes:batch/v1beta1:CronJob");
    const { metadata, spec } = templateOf(made);
    assert.equal(metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"], "runtime/default");
    assert.equal(spec.securityContext.seccompProfile, undefined);
  });
});
