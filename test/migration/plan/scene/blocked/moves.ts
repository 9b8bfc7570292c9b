import type { PlanRequest } from "../../../../../migration/plan/plan-request.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { MemoryStore } from "../../../copy/memory-store.ts";
import { tridentOn } from "../../../trident/moving/moved-scene.ts";
import { smallState, type FakePlanEnvironment } from "../fake-plan-environment.ts";
import { deploymentPath, emptyRecord } from "../places.ts";
import { existingEtcd } from "../plan-scene.ts";

// Trident on one etcd, and what the plan says where it is to go to another one.

export const former = "https://old-etcd.example.com:2379";

export const moving: Partial<PlanRequest> = {
  ...existingEtcd("https://new-etcd.example.com:2379"),
  ...{ migrate: false, movedFromEtcd: "7", ownEtcd: "trident-etcd" },
};

export const staying: Partial<PlanRequest> = { ...existingEtcd(former), migrate: false };

export function runs(environment: FakePlanEnvironment): void {
  environment.objects.set(deploymentPath, tridentOn(former) as unknown as ServedObject);
  environment.record = { ...emptyRecord, etcdClusterId: "7", etcdHeldKeys: "true" };
  environment.source = new MemoryStore("the etcd at https://old-etcd.example.com:2379", "7", smallState);
  environment.withExistingEtcd();
}

export function isForgotten(environment: FakePlanEnvironment): void {
  runs(environment);
  environment.destination = environment.source;
  environment.moveRecord = { ...emptyRecord, phase: "stopped", part: "move" };
}

export function isInAnother(environment: FakePlanEnvironment): void {
  runs(environment);
  environment.record = { ...emptyRecord, etcdClusterId: "9", etcdHeldKeys: "true" };
}

export function isNotThere(environment: FakePlanEnvironment): void {
  environment.withExistingEtcd();
}
