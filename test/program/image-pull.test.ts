import assert from "node:assert/strict";
import { test } from "node:test";

import { pullTridentImage } from "../../program/image-pull.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import { record } from "../components/registrations.ts";

const trident = {
  ...{ serviceAccountName: "trident-external-etcd", image: "netapp/trident:19.04.0", clientCertificateVersion: "v" },
  ...{ etcdClientEndpoint: "https://db-client:2379", pod: { imagePullSecrets: [{ name: "registry" }], args: ["-x"] } },
};
const made = { access: { clusterUid: "uid" }, record: "move-record" };

test("pulls with the secrets of Trident's pod, before the Deployment that the migration's has the name of", async () => {
  const settings = checkSettings({ namespace: "storage", timeoutSeconds: "90" });
  const { inputs } = (await record(false, () => void pullTridentImage(settings, trident, made))).named("trident-image");
  const remembered = Object.entries(inputs).filter(([name]) => name !== "__provider");
  assert.deepEqual(Object.fromEntries(remembered), {
    ...{ clusterUid: "uid", namespace: "storage", deployment: "trident", record: "move-record", timeoutSeconds: 90 },
    pods: {
      serviceAccountName: "trident-external-etcd",
      imagePullSecrets: [{ name: "registry" }],
      containers: [{ name: "trident-main", image: "netapp/trident:19.04.0" }],
    },
  });
});

test("is not there when the old Trident has its place", async () => {
  const settings = checkSettings({ migrate: "true", rollback: "true" });
  const { all } = await record(false, () => {
    assert.equal(pullTridentImage(settings, trident, made), undefined);
  });
  assert.deepEqual(all, []);
});
