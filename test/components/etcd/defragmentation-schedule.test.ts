import assert from "node:assert/strict";
import { test } from "node:test";

import { defragmentationScript } from "@trident-etcd/migration/upkeep/defragmentation-script.ts";

import { createDefragmentationSchedule } from "../../../components/etcd/defragmentation-schedule.ts";
import { record } from "../registrations.ts";

test("registers a CronJob of the etcd's own image, with the script and nothing to write to", async () => {
  const { all } = await record(false, () => {
    createDefragmentationSchedule(
      "defragmentation",
      {
        ...{ namespace: "storage", clusterName: "db", schedule: "0 4 * * 0", image: "quay.io/coreos/etcd:v3.4.22" },
        ...{ etcdClientEndpoint: "https://db-client:2379", clientSecretName: "etcd-client-tls" },
      },
      {},
    );
  });
  const [only, another] = all;
  assert.equal(another, undefined);
  assert.equal(only?.type, "kubernetes:batch/v1:CronJob");
  const { metadata, spec } = only.inputs as {
    metadata: { name: string };
    spec: {
      schedule: string;
      jobTemplate: {
        spec: { template: { spec: { containers: { command: string[] }[]; volumes: { name: string }[] } } };
      };
    };
  };
  assert.deepEqual([metadata.name, spec.schedule], ["db-defragmentation", "0 4 * * 0"]);
  const pod = spec.jobTemplate.spec.template.spec;
  assert.deepEqual(pod.containers[0]?.command, ["/bin/sh", "-c", defragmentationScript()]);
  assert.ok(pod.volumes.every(({ name }) => name !== "claim"));
});
