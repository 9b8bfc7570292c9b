import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  failedEtcdCluster,
  refusedDeployment,
  refusedMember,
} from "../../../migration/kubernetes/refused-controllers.ts";

const words = 'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=3, limited: pods=3';

describe("a controller that can't make a pod", () => {
  it("says so on its Deployment", () => {
    const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: words };
    const deployment = { metadata: { name: "trident" }, status: { conditions: [condition] } };
    assert.deepEqual(refusedDeployment(deployment), { object: "Deployment/trident", words });
    assert.equal(refusedDeployment({ status: { conditions: [{ type: "Available", status: "False" }] } }), undefined);
  });

  it("says so on its EtcdCluster, where the first member is refused", () => {
    const reason = `failed to create seed member (db-x): ${words}`;
    assert.deepEqual(failedEtcdCluster("db", { phase: "Failed", reason }), {
      object: "EtcdCluster/db",
      words: reason,
      isFinal: true,
    });
    assert.equal(failedEtcdCluster("db", { phase: "Running" }), undefined);
  });

  it("says so in the etcd-operator's log, where a later one is", () => {
    const log = [
      'time="2026-11-30T08:00:00Z" level=info msg="Start reconciling" cluster-name=db pkg=cluster',
      `time="2026-11-30T08:00:01Z" level=error msg="failed to reconcile: fail to create member's pod (db-y): ${words.replaceAll('"', '\\"')}" cluster-name=db`,
      'time="2026-11-30T08:00:02Z" level=error msg="failed to reconcile: lost quorum" cluster-name=db pkg=cluster',
    ].join("\n");
    const said = refusedMember("db", log);
    assert.equal(said?.object, "EtcdCluster/db");
    assert.equal(said.words, `failed to reconcile: fail to create member's pod (db-y): ${words}`);
    assert.equal(refusedMember("db", log.split("\n")[0] ?? ""), undefined);
  });
});
