import assert from "node:assert/strict";
import { test } from "node:test";

import { StackRecord } from "../../../components/stack/stack-record.ts";
import { record, valueOf } from "../registrations.ts";

async function recordOf(preview = false) {
  let component: StackRecord | undefined;
  const registered = await record(preview, () => {
    component = new StackRecord("stack-record", { namespace: "storage", record: "trident-etcd-migration" });
  });
  const [configMap, another] = registered.ofType("kubernetes:core/v1:ConfigMap");
  assert.ok(component !== undefined && configMap !== undefined && another === undefined);
  return { component, configMap };
}

test("is one ConfigMap, whose data is left to those who write it", async () => {
  const { component, configMap } = await recordOf();
  assert.equal(configMap.inputs.data, undefined);
  assert.deepEqual(configMap.ignoreChanges, ["data"]);
  assert.equal(await valueOf(component.recordName), "trident-etcd-migration");
});

test("is known by where an older version had it, within a migration, so that it is not deleted", async () => {
  const { configMap } = await recordOf();
  const place = "urn:pulumi:test::trident-etcd::trident-etcd:index:StateMigration::state-migration";
  assert.ok(configMap.aliases.some((alias) => alias.includes("state-migration-record") && alias.includes(place)));
});
