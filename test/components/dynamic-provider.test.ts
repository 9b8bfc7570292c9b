import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";
import * as copy from "@trident-etcd/migration/copy-provider.ts";
import * as guard from "@trident-etcd/migration/guard-provider.ts";
import * as images from "@trident-etcd/migration/image-pull-provider.ts";
import * as identity from "@trident-etcd/migration/identity/identity-provider.ts";
import * as migration from "@trident-etcd/migration/migration-provider.ts";
import * as namespaces from "@trident-etcd/migration/providers/namespace-provider.ts";
import * as serving from "@trident-etcd/migration/serving/serving-check-provider.ts";
import * as steps from "@trident-etcd/migration/uninstall/destroy-step-provider.ts";

import { DynamicResource, dynamicProvider, type ProviderModule } from "../../components/dynamic-provider.ts";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { assertFreezesOnlyCalls, frozenText, thaw } from "./frozen-provider.ts";
import { isSecret, record, type Registration } from "./registrations.ts";

/** By the names that are frozen in the state of stacks. */
const modules: Readonly<Record<string, ProviderModule>> = {
  "copy-provider.ts": copy,
  "guard-provider.ts": guard,
  "identity/identity-provider.ts": identity,
  "image-pull-provider.ts": images,
  "migration-provider.ts": migration,
  "providers/namespace-provider.ts": namespaces,
  "serving/serving-check-provider.ts": serving,
  "uninstall/destroy-step-provider.ts": steps,
};

class Resource extends DynamicResource {
  declare readonly answer: pulumi.Output<number>;
}

async function registered(module: string): Promise<Registration> {
  const provider = dynamicProvider(`@trident-etcd/migration/${module}`);
  const registrations = await record(false, () => {
    new Resource(provider, "Resource", "r", { kubeconfig: pulumi.secret("a token"), answer: undefined });
  });
  return registrations.named("r");
}

for (const [module, exported] of Object.entries(modules)) {
  test(`freezes, for ${module}, calls of it by that name, in Pulumi's order of words`, async () => {
    assertFreezesOnlyCalls(await registered(module), module);
  });

  test(`has frozen text find the functions of ${module}`, async () => {
    const found: unknown[] = [];
    const load = createRequire(import.meta.url);
    const provider = thaw(frozenText(await registered(module)), (specifier) => {
      found.push(load(specifier));
      return { diff: () => undefined };
    });
    provider.diff?.("id", {}, {});
    assert.deepEqual(found, [exported]);
  });

  test(`exports ${module} by that name, which no pattern could lose`, () => {
    const { exports } = JSON.parse(readFileSync(join(repositoryRoot, "migration", "package.json"), "utf8")) as {
      exports: Readonly<Record<string, string>>;
    };
    const place = exports[`./${module}`];
    assert.ok(place !== undefined);
    assert.match(readFileSync(join(repositoryRoot, "migration", place), "utf8"), /export .*function remove/);
  });
}

test("keeps a kubeconfig as a secret, and has a type of this project", async () => {
  const { type, inputs } = await registered("guard-provider.ts");
  assert.equal(type, "pulumi-nodejs:dynamic/trident-etcd:Resource");
  assert.ok(isSecret(inputs.kubeconfig));
});

/** As stacks of commit c87f180 have them, by the module that each asks. */
const earlierTexts = JSON.parse(
  readFileSync(join(import.meta.dirname, "earlier-frozen-texts.json"), "utf8"),
) as Readonly<Record<string, string>>;

const place = { namespace: "n", record: "r", kubeconfig: "/nowhere/kubeconfig", timeoutSeconds: 10 };
const destination = { namespace: "n", etcdCluster: "db", clientSecret: "etcd-client-tls" };
/** What each is asked with, and what becomes of its removal in a cluster that can't be reached. */
const earlier: Readonly<Record<string, { readonly props: object; readonly removal?: RegExp }>> = {
  "copy-provider.ts": { props: { ...place, source: destination, destination, prefix: "/a/" } },
  "guard-provider.ts": {
    props: { ...place, destination, legacyDeployment: "trident", prefix: "/a/" },
    removal: /^Before the record of the migration \(ConfigMap r in namespace n\) is removed/,
  },
  "identity/identity-provider.ts": {
    props: { stack: "s", stackUid: "u", cluster: "c", clusterUid: "u", namespace: "n" },
  },
  "image-pull-provider.ts": { props: { ...place, deployment: "trident", pods: { containers: [] } } },
  "migration-provider.ts": {
    props: { ...place, destination, legacyDeployment: "trident", prefix: "/a/" },
    removal: /^Before the migration is removed from the stack, its record \(ConfigMap r in namespace n\)/,
  },
  "providers/namespace-provider.ts": { props: { kubeconfig: place.kubeconfig, namespace: "n", makeAgain: "" } },
  "serving/serving-check-provider.ts": { props: { ...place, destination, prefix: "/a/", lookAgain: "" } },
  "uninstall/destroy-step-provider.ts": { props: { step: "keptReport", kept: [] } },
};

test("knows an earlier text of each module", () => {
  assert.deepEqual(Object.keys(earlierTexts).sort(), Object.keys(modules).sort());
});

for (const [module, { props, removal }] of Object.entries(earlier)) {
  test(`has ${module} answer the text that earlier versions have frozen, with fewer words`, async () => {
    const provider = thaw(earlierTexts[module] ?? "", createRequire(import.meta.url));
    assert.deepEqual(await provider.diff?.("id", props, props), { changes: false, replaces: [] });
    const removed = provider.delete?.("id", props) as Promise<void>;
    await (removal === undefined ? removed : assert.rejects(removed, { message: removal }));
  });
}
