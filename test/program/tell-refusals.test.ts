import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { tellWhileRunning } from "../../program/tell-refusals.ts";

test("tells each refusal once, whatever the pod is called at each try, and goes on when it can't ask", async () => {
  const told: string[] = [];
  let looks = 0;
  const ask = () => {
    looks += 1;
    if (looks === 2) return Promise.reject(new Error("away"));
    const words = `pods "etcd-operator-${looks}" is forbidden: exceeded quota: compute, requested: pods=1`;
    return Promise.resolve([{ object: "Deployment/etcd-operator", words }]);
  };
  const telling = tellWhileRunning(ask, "trident", (text) => told.push(text), 5);
  while (looks < 4) await sleep(5);
  telling.stop();
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? "",
    /^Deployment etcd-operator in namespace trident can't have a pod made: .*exceeded quota: compute/,
  );
});

test("says how an EtcdCluster is made anew that the etcd-operator has given up", async () => {
  const told: string[] = [];
  const words = "failed to create seed member";
  const ask = () => Promise.resolve([{ object: "EtcdCluster/db", words, isFinal: true } as const]);
  const telling = tellWhileRunning(ask, "trident", (text) => told.push(text), 5);
  while (told.length === 0) await sleep(5);
  telling.stop();
  assert.match(told[0] ?? "", /never tried again: .*`kubectl --namespace trident delete etcdcluster db`/);
});
