import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { createAuthority } from "../../certificate-authority.ts";
import { issueSet } from "../../issued-set.ts";
import { certificateVersion } from "../../../components/etcd/certificate-version.ts";
import { ManagedEtcd, type ManagedEtcdArgs } from "../../../components/etcd/managed-etcd.ts";
import type { BroughtCertificates } from "../../../migration/certificates/brought-certificates.ts";
import { isSecret, record, valueOf, type Registration, type Registrations } from "../registrations.ts";

const dynamicType = "pulumi-nodejs:dynamic/trident-etcd:";
const generated: ManagedEtcdArgs = {
  namespace: "storage",
  certificates: { commonNames: { authority: "a", server: "s", client: "c" } },
};
/** As the program of this repository names them. */
const partNames = { tls: "etcd-tls", operator: "etcd-operator", crdRemoval: "etcd-definition-removal" };

let etcd: ManagedEtcd;

describe("an etcd of an application's own", () => {
  it("is made of the same parts with the same URNs as a stack has them that made them one by one", async () => {
    const registered = await record(false, () => {
      etcd = new ManagedEtcd("trident-etcd", { ...generated, partNames });
      etcd.usedBy();
    });
    const atRoot = registered.all.filter(({ parent }) => parent === "").map(shortName);
    assert.deepEqual(atRoot.sort(), [
      "DefinitionRemoval etcd-definition-removal",
      "EtcdCluster trident-etcd",
      "EtcdOperator etcd-operator",
      "EtcdTls etcd-tls",
      "FinalSnapshotTrial trident-etcd-final-snapshot-trial",
      "ManagedEtcd trident-etcd",
      "MembersGone trident-etcd-members-gone",
    ]);
  });

  it("has one part below it, by which whatever depends on it is removed before the last snapshot; its former URN is known", async () => {
    const registered = await register(generated);
    const below = registered.all.filter(({ parent }) => parent === "db").map(shortName);
    assert.ok(below.includes("FinalSnapshot db-final-snapshot"));
    const [alias = ""] = only(registered, "FinalSnapshot").aliases;
    assert.match(alias, /"noparent":true/);
    assert.doesNotMatch(alias, /"name":"[^"]/);
    assert.ok(registered.named("application").dependencies.includes("db-final-snapshot"));
    assert.ok(registered.named("by-endpoint").dependencies.includes("db-final-snapshot"));
    assert.ok(registered.named("by-secret").dependencies.includes("db-final-snapshot"));
  });

  it("is removed in the right order: trial, users, snapshot, EtcdCluster, wait for members, operator, definition", async () => {
    const registered = await register(generated);
    const afterIt = (type: string) => only(registered, type).dependencies;
    assert.deepEqual(afterIt("FinalSnapshotTrial").includes("application"), true);
    assert.ok(afterIt("FinalSnapshot").includes("db-cluster"));
    const cluster = registered.all.find(({ type }) => type === "trident-etcd:index:EtcdCluster");
    assert.ok(cluster?.dependencies.includes("db-members-gone"));
    assert.ok(afterIt("MembersGone").includes("db-operator-deployment"));
    assert.ok(afterIt("MembersGone").includes("db-tls-client-secret"));
    assert.ok(only(registered, "EtcdOperator").dependencies.includes("db-definition-removal"));
  });

  it("tries the last snapshot before any of all users is removed, however many times it is told of some", async () => {
    const registered = await record(false, () => {
      etcd = new ManagedEtcd("db", generated);
      etcd.usedBy(configMap("one"), configMap("two"));
      etcd.usedBy(configMap("three"));
    });
    assert.deepEqual(registered.named("db-final-snapshot-trial").dependencies.slice(-2), ["one", "two"]);
    const second = registered.named("db-final-snapshot-trial-2").dependencies;
    assert.ok(second.includes("three") && second.includes("db-final-snapshot-trial"));
  });

  it("saves the last snapshot in the folder that is named, by default in snapshots", async () => {
    const byDefault = await register(generated);
    assert.equal(only(byDefault, "FinalSnapshot").inputs.snapshotDirectory, "snapshots");
    const named = await register({ ...generated, snapshotDirectory: "/backups", context: "production" });
    for (const type of ["FinalSnapshot", "FinalSnapshotTrial"]) {
      const { etcdCluster, clientSecret, snapshotDirectory, context } = only(named, type).inputs;
      assert.deepEqual(
        { etcdCluster, clientSecret, snapshotDirectory, context },
        { etcdCluster: "db", clientSecret: "etcd-client-tls", snapshotDirectory: "/backups", context: "production" },
      );
    }
  });

  it("remembers for both snapshots how users of the program do what an error tells them to", async () => {
    const advice = { noSnapshot: "none", anotherFolder: "PATH", anotherEtcd: "ID" };
    const registered = await register({ ...generated, advice });
    for (const type of ["FinalSnapshot", "FinalSnapshotTrial"]) {
      assert.deepEqual(only(registered, type).inputs.advice, advice);
    }
  });

  it("hands what it is given to its parts, and keeps neither a key nor a kubeconfig in any component's inputs", async () => {
    const registered = await register({
      ...generated,
      ...{ size: 5, version: "3.4.20", clients: [{ app: "a" }], operatorImage: "registry.example/operator:1" },
      kubeconfig: pulumi.secret("apiVersion: v1 with a token"),
    });
    const { spec } = registered.named("db-cluster").inputs as { spec: Record<string, unknown> };
    assert.equal(spec.size, 5);
    assert.equal(spec.version, "3.4.20");
    assert.match(JSON.stringify(registered.named("db-operator-deployment").inputs), /registry\.example\/operator:1/);
    const components = registered.all.filter(({ type }) => type.startsWith("trident-etcd:"));
    assert.doesNotMatch(JSON.stringify(components.map(({ inputs }) => inputs)), /token/);
  });

  it("saves snapshots by schedule where that is asked for: below it, let in by its members, gone before the cluster", async () => {
    const registered = await register({ ...generated, snapshots: { schedule: "17 * * * *", keep: 3 } });
    const job = registered.named("db-snapshots-cron-job");
    assert.ok(job.dependencies.includes("db-cluster"), job.dependencies.join());
    assert.equal(only(registered, "SnapshotSchedule").parent, "db");
    const policy = JSON.stringify(registered.all.find(({ type }) => type.endsWith(":NetworkPolicy"))?.inputs);
    assert.match(policy, /"trident-etcd\/client":"etcdctl"/);
    const without = await register(generated);
    assert.ok(!/"trident-etcd.client"/.test(JSON.stringify(without.all.map(({ inputs }) => inputs))));
  });

  it("takes certificates that were brought; what tells of a change of them is no secret", async () => {
    const authority = await createAuthority();
    const place = { clusterName: "db", namespace: "storage", clusterDomain: "cluster.local" };
    const set = await issueSet(place, { authorities: { members: authority, clients: authority } });
    await authority.remove();
    const asText = ({ certificate, privateKey, certificateAuthority }: BroughtCertificates["client"]) => ({
      certificate: certificate.toString(),
      privateKey: privateKey.toString(),
      authority: certificateAuthority.toString(),
    });
    const certificates = { server: asText(set.server), peer: asText(set.peer), client: asText(set.client) };
    const registered = await register({ namespace: "storage", certificates, partNames: { cluster: "members" } });
    const [tls] = registered.ofType("trident-etcd:index:BroughtEtcdTls");
    assert.equal(tls?.name, "db-tls");
    assert.equal(await valueOf(etcd.clientCertificateVersion), certificateVersion(set.client));
    assert.ok(!(await pulumi.isSecret(etcd.clientCertificateVersion)));
    const [managed] = registered.ofType("trident-etcd:index:ManagedEtcd");
    assert.deepEqual(managed?.inputs, { namespace: "storage", clusterName: "db" });
    const texts = registered.all.filter(({ inputs }) => JSON.stringify(withoutSecrets(inputs)).includes("PRIVATE KEY"));
    assert.deepEqual(texts.map(shortName), []);
  });

  it("is what a copy is made to, known by its address once it serves", async () => {
    await register(generated);
    assert.deepEqual(await valueOf(etcd.address), {
      namespace: "storage",
      etcdCluster: "db",
      clientSecret: "etcd-client-tls",
    });
    await record(true, () => {
      etcd = new ManagedEtcd("db", generated);
    });
    assert.equal(await valueOf(etcd.etcdClientEndpoint), undefined);
  });

  function register(args: ManagedEtcdArgs): Promise<Registrations> {
    return record(false, () => {
      etcd = new ManagedEtcd("db", args);
      configMap("by-endpoint", { data: { url: etcd.etcdClientEndpoint } });
      configMap("by-secret", { data: { secret: etcd.clientSecretName } });
      etcd.usedBy(configMap("application", {}, { dependsOn: [etcd] }));
    });
  }
});

function configMap(
  name: string,
  args: kubernetes.core.v1.ConfigMapArgs = {},
  opts: pulumi.CustomResourceOptions = {},
): kubernetes.core.v1.ConfigMap {
  return new kubernetes.core.v1.ConfigMap(name, args, opts);
}

/** The last word of its type: enough for the types here, of which only EtcdCluster is twice there. */
function shortName({ type, name }: Registration): string {
  return `${type.split(":").at(-1) ?? ""} ${name}`;
}

function only(registered: Registrations, kind: string): Registration {
  const [found, another] = [
    ...registered.ofType(`${dynamicType}${kind}`),
    ...registered.ofType(`trident-etcd:index:${kind}`),
  ];
  assert.ok(found !== undefined && another === undefined, kind);
  return found;
}

function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return "secret";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutSecrets(each)]));
}
