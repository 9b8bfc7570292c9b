import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";
import { guardStack, registerIdentity, type Identity } from "../../program/stack-identity.ts";
import { record, type Registrations } from "../components/registrations.ts";

const world = { clusterUid: "uid-of-the-cluster", stackUids: ["another"], hasObjects: true };
const blocked = { blockers: [{ kind: "k", object: "o", message: "It is in the way", remedy: "Go around it" }] };

interface Registered {
  readonly registrations: Registrations;
  readonly identity: Promise<Identity>;
}

async function registered(plan: object, raw: RawSettings, isPreview: boolean): Promise<Registered> {
  let identity: Promise<Identity> | undefined;
  const registrations = await record(isPreview, () => {
    const shown = { cluster: '"c" (https://server)', world, ...plan } as unknown as MigrationPlan;
    identity = registerIdentity(shown, checkSettings(raw), { context: "c" });
    identity.catch(() => undefined);
  });
  assert.ok(identity);
  return { registrations, identity };
}

test("registers nothing in an up while anything is in the way", async () => {
  const { registrations, identity } = await registered(blocked, {}, false);
  assert.deepEqual(registrations.all, []);
  await assert.rejects(identity);
});

test("says in a preview who is not at home before all else that is in the way", async () => {
  const { registrations, identity } = await registered(blocked, { certificateDirectory: "tls" }, true);
  const { foundStackUids, foundObjects, takeOver, generatesCertificates, clusterUid } =
    registrations.named("stack-identity").inputs;
  assert.deepEqual([foundStackUids, foundObjects, takeOver, clusterUid], [["another"], true, false, world.clusterUid]);
  assert.equal(generatesCertificates, false);
  await assert.rejects(identity);
});

test("guards what the stack has made, its own Trident only where there is one", async () => {
  const guarded = async (trident: string | undefined): Promise<unknown> => {
    const registrations = await record(false, () => {
      const identity = { cluster: "c", clusterUid: "u", stackUid: pulumi.output("s") } as Identity;
      const resource = new pulumi.ComponentResource("a:b:C", "all", {});
      guardStack(identity, { namespace: "n", record: "r", trident, access: {} }, [resource]);
    });
    return registrations.named("stack-guard").inputs.objects;
  };
  const recordPath = "/api/v1/namespaces/n/configmaps/r";
  assert.deepEqual(await guarded(undefined), [recordPath]);
  assert.deepEqual(await guarded("trident"), [recordPath, "/apis/apps/v1/namespaces/n/deployments/trident"]);
});
