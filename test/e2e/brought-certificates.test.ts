import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  certificateRoles,
  type BroughtCertificates,
  type CertificateRole,
} from "../../migration/certificates/brought-certificates.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { createAuthority, type CertificateAuthority } from "../certificate-authority.ts";
import { issueSet, writeSet } from "../issued-set.ts";
import { memberEtcdctlOf } from "./etcd-keys.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

const namespace = "e2e-brought";
const place = { clusterName: "trident-etcd", namespace, clusterDomain: "cluster.local" };
/** As cert-manager names the keys of its Secrets. */
const userSecrets = { server: "my-server", peer: "my-peer", client: "my-client" };
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";

describe("certificates that the user brings", () => {
  const cluster = connectSandbox();
  const sets: BroughtCertificates[] = [];
  let authorities: { members: CertificateAuthority; clients: CertificateAuthority };
  let folder: string;
  let stack: TestStack;
  let objectsBefore: string[];
  let printed = "";

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-brought-"));
    authorities = { members: await createAuthority("of members"), clients: await createAuthority("of clients") };
    await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-brought", { namespace, certificateDirectory: folder, planDetail: "full" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await Promise.all([authorities.members.remove(), authorities.clients.remove(), rm(folder, { recursive: true })]);
  });

  it("are refused with all that is wrong with them, before anything is registered", async () => {
    await bring({
      server: { alternativeNames: ["DNS:localhost"] },
      peer: { usages: ["serverAuth"] },
      client: { newKey: ["-newkey", "rsa:1024", "-nodes"] },
    });
    const up = noteWhatIsPrinted(await stack.up());
    assert.ok(!up.succeeded, up.printed);
    for (const words of [
      "3 problems); nothing was changed",
      `server.crt in folder ${folder} lacks names`,
      "*.trident-etcd.e2e-brought.svc.cluster.local",
      "trident-etcd-client.e2e-brought.svc",
      `peer.crt in folder ${folder} may not be used for clientAuth`,
      "extendedKeyUsage=serverAuth,clientAuth",
      `etcd-client.key in folder ${folder} is an RSA key of 1024 bits`,
    ]) {
      assert.ok(up.printed.includes(words), `${words}:\n${up.printed}`);
    }
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    const { deployment } = JSON.parse(await stack.exportState()) as { deployment: { resources?: unknown[] } };
    // The stack itself; nothing that it is made of.
    assert.ok((deployment.resources ?? []).length <= 1, JSON.stringify(deployment.resources));
  });

  it("bring up three members, of one CA for them and another for their clients, and Trident on them", async () => {
    const { server } = await bring({});
    const up = noteWhatIsPrinted(await stack.up());
    assert.ok(up.succeeded, up.printed);
    assert.doesNotMatch(up.printed, /can't be asked now/);
    assert.match(up.printed, /server \(Secret etcd-server-tls\): server\.crt in folder .*, valid until /);
    const members = await podNames(cluster, namespace, memberSelector);
    assert.equal(members.length, 3);
    const list = await memberEtcdctlOf(cluster.kubeconfig, namespace, members[0] ?? "", ["member", "list"]);
    assert.equal(list.match(/started/g)?.length, 3, list);
    assert.deepEqual(await readTridentLists({ kubeconfig: kubeconfigPath, namespace }), {
      backends: [],
      volumes: [],
      storageClasses: [],
    });
    assert.equal(await inSecret("etcd-server-tls", "server.crt"), server.certificate.toString());
    const expiry = up.outputs.certificateExpiry?.value as Record<string, string>;
    assert.deepEqual(Object.keys(expiry).sort(), ["authority", "client", "peer", "server"]);
  });

  it("are taken up from Secrets when the client's is renewed by the same CA: nothing is lost, and the members stay", async () => {
    const members = await podNames(cluster, namespace, memberSelector);
    const operator = await podNames(cluster, namespace, "name=etcd-operator");
    await etcdctl(["put", "a key", "a value"]);
    const { client } = await bringInSecrets({ client: { commonName: "a renewed client" } });
    const up = noteWhatIsPrinted(await stack.up());
    assert.ok(up.succeeded, up.printed);
    assert.equal(await inSecret("etcd-client-tls", "etcd-client.crt"), client.certificate.toString());
    assert.deepEqual(await podNames(cluster, namespace, memberSelector), members);
    assert.notDeepEqual(await podNames(cluster, namespace, "name=etcd-operator"), operator);
    assert.match(await etcdctl(["get", "a key"]), /a value/);
    await readTridentLists({ kubeconfig: kubeconfigPath, namespace });
    await loseAMember(members);
    assert.match(await etcdctl(["get", "a key"]), /a value/);
    const again = noteWhatIsPrinted(await stack.preview());
    assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
    assert.doesNotMatch(again.printed, /can't be asked now/);
  });

  it("are refused when another CA issued them, which the members that run don't know, and nothing is changed", async () => {
    const before = await inSecret("etcd-server-tls", "server.crt");
    const members = await podNames(cluster, namespace, memberSelector);
    const others = { members: await createAuthority("of members"), clients: await createAuthority("of clients") };
    await writeSet(folder, remember(await issueSet(place, { authorities: others })));
    await stack.configure({
      namespace,
      certificateDirectory: folder,
      ...secretSettings({ server: "", peer: "", client: "" }),
    });
    const up = noteWhatIsPrinted(await stack.up());
    assert.ok(!up.succeeded, up.printed);
    assert.match(up.printed, /started with another CA than that of/);
    await stack.configure({ namespace, certificateDirectory: "" });
    const generated = noteWhatIsPrinted(await stack.up());
    assert.ok(!generated.succeeded, generated.printed);
    assert.match(generated.printed, /Generated ones would be of another CA/);
    assert.equal(await inSecret("etcd-server-tls", "server.crt"), before);
    assert.deepEqual(await podNames(cluster, namespace, memberSelector), members);
    await Promise.all([others.members.remove(), others.clients.remove()]);
  });

  it("have their keys neither printed nor in the exported state, but as secrets", async () => {
    const state = await stack.exportState();
    const decrypted = await stack.exportState({ showSecrets: true });
    // Without its line breaks, which JSON writes in another way.
    const lines = sets.flatMap((set) => Object.values(set)).map(({ privateKey }) => longestLine(privateKey.toString()));
    assert.ok(
      lines.some((line) => decrypted.includes(line)),
      "the search finds keys once they are decrypted",
    );
    for (const line of lines) {
      assert.ok(!state.includes(line), "a private key is in the state in plain text");
      assert.ok(!printed.includes(line), "a private key was printed");
    }
    assert.doesNotMatch(state, /PRIVATE KEY/);
    assert.doesNotMatch(printed, /PRIVATE KEY/);
  });

  it("are gone from the stack's Secrets after destroy, and still in their own", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    const kept = [...objectsBefore, ...Object.values(userSecrets).map((name) => `Secret/${name}`)].sort();
    await eventually("the objects are those from before, and the user's", async () => {
      return JSON.stringify(await objectsAround(cluster, namespace)) === JSON.stringify(kept);
    });
  });

  async function bring(change: Parameters<typeof issueSet>[1]["change"] & object): Promise<BroughtCertificates> {
    const set = remember(await issueSet(place, { authorities, change }));
    await writeSet(folder, set);
    return set;
  }

  async function bringInSecrets(
    change: Parameters<typeof issueSet>[1]["change"] & object,
  ): Promise<BroughtCertificates> {
    const set = remember(await issueSet(place, { authorities, change }));
    for (const role of certificateRoles) {
      const { certificate, privateKey, certificateAuthority } = set[role];
      const stringData = {
        "tls.crt": certificate.toString(),
        "tls.key": privateKey.toString(),
        "ca.crt": certificateAuthority.toString(),
      };
      const body = { metadata: { name: userSecrets[role] }, type: "kubernetes.io/tls", stringData };
      await cluster.core.createNamespacedSecret({ namespace, body });
    }
    await stack.configure({ namespace, certificateDirectory: "", ...secretSettings(userSecrets) });
    return set;
  }

  function remember(set: BroughtCertificates): BroughtCertificates {
    sets.push(set);
    return set;
  }

  function noteWhatIsPrinted(operation: Operation): Operation {
    printed += operation.printed;
    return operation;
  }

  async function inSecret(name: string, key: string): Promise<string> {
    const { data = {} } = await cluster.core.readNamespacedSecret({ namespace, name });
    return Buffer.from(data[key] ?? "", "base64").toString();
  }

  async function etcdctl(words: string[]): Promise<string> {
    const [member = ""] = await podNames(cluster, namespace, memberSelector);
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  }

  /** Only an operator that reaches the others with the renewed certificate puts another in its place. */
  async function loseAMember(members: readonly string[]): Promise<void> {
    const [lost = ""] = members;
    await cluster.core.deleteNamespacedPod({ namespace, name: lost, gracePeriodSeconds: 0 });
    await eventually("the operator has put another member in its place, and it is ready", async () => {
      const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: memberSelector });
      const ready = items.filter(({ status }) => status?.containerStatuses?.every((container) => container.ready));
      return ready.length === members.length && !items.some(({ metadata }) => metadata?.name === lost);
    });
  }
});

function secretSettings(names: Readonly<Record<CertificateRole, string>>): Record<string, string> {
  return {
    serverCertificateSecret: names.server,
    peerCertificateSecret: names.peer,
    clientCertificateSecret: names.client,
  };
}

function longestLine(pem: string): string {
  return pem.split("\n").reduce((longest, line) => (line.length > longest.length ? line : longest), "");
}
