import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { managedByLabel, managedByValue } from "../../../../migration/kubernetes/ownership.ts";
import { classifyDeployment, stoppedReplicasAnnotation } from "../../../../migration/trident/legacy/legacy-trident.ts";
import { legacyDeployment, legacyTrident } from "./legacy-deployment.ts";

describe("a Deployment", () => {
  it("with an etcd container on a claim is a legacy Trident, described by what it says", () => {
    const legacy = legacyTrident();
    assert.equal(legacy.claim, "trident");
    assert.equal(legacy.etcdImage, "quay.io/coreos/etcd:v3.3.12");
    assert.equal(legacy.tridentImage, "netapp/trident:19.04.0");
    assert.equal(legacy.clientPort, 8001);
    assert.equal(legacy.selector, "app=trident.netapp.io");
    assert.equal(legacy.replicas, 1);
    assert.equal(legacy.stoppedByMigration, false);
  });

  it("has the claim that its etcd mounts, whatever its name and whatever else is mounted", () => {
    const deployment = legacyDeployment();
    deployment.spec?.template.spec?.volumes?.unshift({ name: "other", persistentVolumeClaim: { claimName: "other" } });
    deployment.spec?.template.spec?.volumes?.forEach((volume) => {
      if (volume.name === "etcd-vol") volume.persistentVolumeClaim = { claimName: "my-claim" };
    });
    const finding = classifyDeployment(deployment, "etcd");
    assert.equal(finding.kind === "legacy" && finding.legacy.claim, "my-claim");
  });

  it("at 0 replicas was stopped by a migration only if it carries its mark", () => {
    const deployment = legacyDeployment();
    if (deployment.spec !== undefined) deployment.spec.replicas = 0;
    const unmarked = classifyDeployment(deployment, "etcd");
    assert.equal(unmarked.kind === "legacy" && unmarked.legacy.stoppedByMigration, false);

    if (deployment.metadata !== undefined) deployment.metadata.annotations = { [stoppedReplicasAnnotation]: "1" };
    const marked = classifyDeployment(deployment, "etcd");
    assert.equal(marked.kind === "legacy" && marked.legacy.stoppedByMigration, true);
  });

  it("with the mark but running again is not stopped", () => {
    const deployment = legacyDeployment();
    if (deployment.metadata !== undefined) deployment.metadata.annotations = { [stoppedReplicasAnnotation]: "1" };
    const finding = classifyDeployment(deployment, "etcd");
    assert.equal(finding.kind === "legacy" && finding.legacy.stoppedByMigration, false);
  });

  it("with our label is ours, whatever it contains", () => {
    const deployment = legacyDeployment();
    if (deployment.metadata !== undefined) deployment.metadata.labels = { [managedByLabel]: managedByValue };
    assert.equal(classifyDeployment(deployment, "etcd").kind, "ours");
  });

  it("without an etcd container is foreign, and says why", () => {
    assert.deepEqual(classifyDeployment(legacyDeployment(), "other"), {
      kind: "foreign",
      why: 'it has no container "other"',
    });
  });

  it("whose etcd keeps its data in no claim is foreign", () => {
    const deployment = legacyDeployment();
    if (deployment.spec?.template.spec !== undefined) {
      deployment.spec.template.spec.volumes = [{ name: "etcd-vol", emptyDir: {} }];
    }
    const finding = classifyDeployment(deployment, "etcd");
    assert.match(finding.kind === "foreign" ? finding.why : "", /mounts no PersistentVolumeClaim/);
  });

  it("whose etcd takes clients over TLS only is foreign, and says where it listens", () => {
    const deployment = legacyDeployment();
    const etcd = deployment.spec?.template.spec?.containers.find((each) => each.name === "etcd");
    if (etcd !== undefined) etcd.args = ["--listen-client-urls=https://10.0.0.1:2379"];
    const finding = classifyDeployment(deployment, "etcd");
    assert.match(finding.kind === "foreign" ? finding.why : "", /https:\/\/10\.0\.0\.1:2379/);
  });
});
