import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import type { Access } from "../../../../migration/plan/read/cluster-reader.ts";
import { readMissingPermissions } from "../../../../migration/plan/read/missing-permissions.ts";
import { allOf, keyOf, neededPermissions, runOf } from "../../../../migration/plan/read/permissions.ts";
import { etcdRules } from "../../../../migration/plan/rules/etcd/destination.ts";
import { planRequest } from "../scene/plan-scene.ts";

const { needs } = etcdRules(planRequest().destination);
const needed = neededPermissions(runOf(planRequest(), newestApis), needs);

describe("the missing permissions", () => {
  it("are asked for one by one, and keep their order", async () => {
    const asked: string[] = [];
    const missing = await missingTo((access) => {
      if (!isSettingUp(access)) asked.push(keyOf(access));
      return !(access.resource === "configmaps" || access.verb === "watch");
    });
    assert.deepEqual(asked.sort(), [...allOf(needed), ...needs.wished].map(keyOf).sort());
    assert.deepEqual(missing.slice(0, 4), [
      "watch  secrets trident ",
      "get  configmaps trident ",
      "list  configmaps trident ",
      "watch  configmaps trident ",
    ]);
  });

  it("have none that a role grants where its maker may set up any, by its name; but those that the run itself makes use of", async () => {
    const denied = (access: Access): boolean =>
      access.resource === "persistentvolumes" || (access.verb === "update" && access.resource === "etcdclusters");
    const roles: Record<string, string> = { clusterroles: "trident-external-etcd-trident", roles: "etcd-operator" };
    const maySetUp = ({ verb, resource, name = "" }: Access): boolean =>
      (verb === "escalate" || verb === "bind") && roles[resource] === name;
    assert.deepEqual(await missingTo((access) => !denied(access) && (!isSettingUp(access) || maySetUp(access))), []);
    const onlyEscalate = (access: Access): boolean => maySetUp(access) && access.verb === "escalate";
    const missing = await missingTo((access) => !denied(access) && (!isSettingUp(access) || onlyEscalate(access)));
    assert.deepEqual(missing[0], "update etcd.database.coreos.com etcdclusters trident ");
    assert.equal(missing.filter((name) => name.includes("persistentvolumes ")).length, 7);
    const used = await missingTo(({ verb, resource }) => !(verb === "get" && resource === "secrets"));
    assert.deepEqual(used, ["get  secrets trident "]);
  });
});

async function missingTo(allows: (access: Access) => boolean): Promise<string[]> {
  const reader = { allows: (access: Access) => Promise.resolve(allows(access)) };
  return (await readMissingPermissions(reader, needed, needs.wished)).map(keyOf);
}

function isSettingUp({ verb }: Access): boolean {
  return verb === "escalate" || verb === "bind";
}
