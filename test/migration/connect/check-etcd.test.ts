import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import type { EtcdIdentity } from "../../../migration/connect/etcd-identity.ts";
import { checkEtcd, type EtcdChecks } from "../../../migration/connect/check-etcd.ts";
import { connectToEtcd, type OpenEtcd } from "../../../migration/connect/open-etcd.ts";
import type { ClusterClient } from "../../../migration/kubernetes/cluster-client.ts";
import { BlockedError, type Blocker } from "../../../migration/blockers/blocker.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

/** Nothing is asked of it where an etcd is reached directly. */
const noCluster = {} as ClusterClient;

describe("an existing etcd", () => {
  let authority: CertificateAuthority;
  let etcd: EtcdProcess;
  let identity: EtcdIdentity & { tls: NonNullable<EtcdIdentity["tls"]> };

  before(async () => {
    authority = await createAuthority();
    etcd = await startEtcd({ authority });
    identity = { tls: await clientOf(authority, "trident") };
  });
  after(async () => {
    await etcd.stop();
    await authority.remove();
  });

  it("that is as it should be is not written to and has nothing against it", async () => {
    const { revision } = await etcd.store.status();
    assert.deepEqual(await problemsOf({}), []);
    assert.equal((await etcd.store.status()).revision, revision);
  });

  it("whose certificate another CA has signed is refused, with the setting for the right one", async () => {
    const other = await createAuthority("another");
    try {
      const tls = { ...identity.tls, certificateAuthority: other.certificate };
      const [problem, ...more] = await problemsOf({ identity: { tls } });
      assert.equal(problem?.kind, "existingEtcdTls");
      assert.match(inSettings(problem.message), /not signed by the CA that was given.*existingEtcdCaFile/);
      assert.deepEqual(more, []);
    } finally {
      await other.remove();
    }
  });

  it("whose certificate is for other names is refused, with the name", async () => {
    const [problem] = await problemsOf({ endpoints: [`https://localhost:${etcd.port}`] });
    assert.equal(problem?.kind, "existingEtcdTls");
    assert.match(problem.message, /not for the name localhost.*as its certificate does/);
  });

  it("that takes other clients' certificates only is refused", async () => {
    const other = await createAuthority("another");
    try {
      const client = await clientOf(other, "trident");
      const tls = { ...client, certificateAuthority: authority.certificate };
      const [problem] = await problemsOf({ identity: { tls } });
      assert.equal(problem?.kind, "existingEtcdTls");
      assert.match(problem.message, /rejected the client certificate.*--trusted-ca-file/);
    } finally {
      await other.remove();
    }
  });

  it("that nobody answers for is refused, each endpoint with its reason", async () => {
    const endpoints = ["https://127.0.0.1:1", "https://127.0.0.1:2"];
    const problems = await problemsOf({ endpoints });
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["existingEtcdUnreachable", "existingEtcdUnreachable"],
    );
    assert.match(problems[0]?.message ?? "", /https:\/\/127\.0\.0\.1:1 from this machine.*ECONNREFUSED/);
  });

  it("whose endpoints are of two clusters is refused, with their ids", async () => {
    // Two clusters of a single member with the same name and address have the same id.
    const other = await startEtcd({ authority, extraArguments: ["--initial-cluster-token=other"] });
    try {
      const endpoints = [`https://127.0.0.1:${etcd.port}`, `https://127.0.0.1:${other.port}`];
      const [problem] = await problemsOf({ endpoints });
      assert.equal(problem?.kind, "existingEtcdClusters");
      const { clusterId } = await other.store.status();
      assert.ok(problem.message.includes(clusterId), problem.message);
    } finally {
      await other.stop();
    }
  });

  it("that has an alarm is refused, since it takes no writes then", async () => {
    const { memberId: memberID } = await firstMember(etcd);
    await etcd.client.maintenance.alarm({ action: "Activate", alarm: "Nospace", memberID });
    try {
      const [problem, ...more] = await problemsOf({});
      assert.equal(problem?.kind, "existingEtcdAlarm");
      assert.match(problem.message, /NOSPACE.*etcdctl alarm disarm/);
      assert.deepEqual(more, []);
    } finally {
      await etcd.client.maintenance.alarm({ action: "Deactivate", alarm: "Nospace", memberID });
    }
  });

  for (const key of ["/registry/pods/kube-system/etcd-0", "/kubernetes.io/pods/a", "/openshift.io/builds/a"]) {
    it(`with the key ${key} is a Kubernetes' own and refused`, async () => {
      await etcd.client.put(key).value("{}");
      try {
        const [problem, ...more] = await problemsOf({});
        assert.equal(problem?.kind, "kubernetesEtcd");
        assert.match(problem.message, new RegExp(`keys under /${key.split("/")[1] ?? ""}/`));
        assert.deepEqual(more, []);
      } finally {
        await etcd.client.delete().key(key);
      }
    });
  }

  it("with keys under the prefix is refused where it must be empty, with what to do, and taken otherwise", async () => {
    for (const name of ["a", "b", "c", "d"]) await etcd.client.put(`/trident/v1/volume/${name}`).value("a secret");
    try {
      const [problem] = await problemsOf({ mustBeEmpty: true });
      assert.equal(problem?.kind, "prefixNotEmpty");
      assert.match(problem.message, /4 keys under \/trident\/: .*volume\/a, .*volume\/b, .*volume\/c and 1 more/);
      assert.match(
        inSettings(problem.message),
        /existingEtcdAdoptState true.*etcdctl --endpoints=.* del --prefix \/trident\//,
      );
      assert.doesNotMatch(problem.message, /a secret/);
      assert.deepEqual(await problemsOf({ mustBeEmpty: false }), []);
    } finally {
      await etcd.client.delete().prefix("/trident/");
    }
  });

  describe("that asks who one is", () => {
    const rootPassword = "sesame-of-root";

    before(async () => {
      const root = etcd.client.user("root");
      await root.create(rootPassword);
      await etcd.client.role("root").create();
      await root.addRole("root");
      for (const [user, permission] of [
        ["reader", "Read"],
        ["writer", "Write"],
        ["owner", "Readwrite"],
        ["nobody", undefined],
      ] as const) {
        await etcd.client.user(user).create(`sesame-of-${user}`);
        if (permission === undefined) continue;
        const role = etcd.client.role(user);
        await role.create();
        await role.grant({ permission, range: etcd.client.range({ prefix: "/trident/" }) as never });
        await etcd.client.user(user).addRole(user);
      }
      await etcd.client.auth.authEnable();
    });
    after(async () => {
      const { Etcd3 } = await import("etcd3");
      const { certificateAuthority, certificate, privateKey } = etcd.tls;
      const root = new Etcd3({
        hosts: `https://127.0.0.1:${etcd.port}`,
        credentials: { rootCertificate: certificateAuthority, certChain: certificate, privateKey },
        auth: { username: "root", password: rootPassword },
      });
      await root.auth.authDisable();
      root.close();
    });

    it("takes a certificate whose common name is a user that may read and write", async () => {
      const { revision } = await etcd.store.status();
      assert.deepEqual(await problemsOf({ identity: { tls: await clientOf(authority, "owner") } }), []);
      assert.equal((await etcd.store.status()).revision, revision);
    });

    for (const user of ["reader", "writer", "nobody", "unknown"]) {
      it(`refuses the certificate of ${user}, who may not do both, with the commands that allow it`, async () => {
        const [problem, ...more] = await problemsOf({ identity: { tls: await clientOf(authority, user) } });
        assert.equal(problem?.kind, "existingEtcdAccess");
        assert.match(problem.message, new RegExp(`common name, ${user}\\) may not read and write below /trident/`));
        assert.match(
          inSettings(problem.message),
          new RegExp(`etcdctl user add ${user} .*grant-permission .*user grant-role ${user}`),
        );
        assert.deepEqual(more, []);
      });
    }

    it("refuses a certificate without rights also when a password is given: Trident knows none", async () => {
      const tls = await clientOf(authority, "nobody");
      const credentials = { username: "owner", password: "sesame-of-owner" };
      const [problem, ...more] = await problemsOf({ identity: { tls, credentials } });
      assert.match(problem?.message ?? "", /common name, nobody\).*Trident knows no password/);
      assert.deepEqual(more, []);
    });

    it("refuses a wrong password without showing it", async () => {
      const tls = await clientOf(authority, "owner");
      const credentials = { username: "owner", password: "not-sesame" };
      const [problem] = await problemsOf({ identity: { tls, credentials } });
      assert.equal(problem?.kind, "existingEtcdAccess");
      assert.match(
        inSettings(problem.message),
        /user owner, with the password .* log in as another user: `pulumi config set existingEtcdUsername NAME`\./,
      );
      assert.doesNotMatch(problem.message, /not-sesame/);
    });
  });

  interface Case extends Partial<EtcdChecks> {
    readonly identity?: EtcdIdentity;
    readonly endpoints?: readonly string[];
  }

  /** Each message as a run says it that is stopped by it: with the remedy. */
  async function problemsOf({ endpoints, identity: own = identity, ...checks }: Case): Promise<Blocker[]> {
    const address = {
      kind: "existing" as const,
      namespace: "n",
      endpoints: endpoints ?? [`https://127.0.0.1:${etcd.port}`],
      reach: "direct",
    } as const;
    let opened: OpenEtcd | undefined;
    try {
      opened = await connectToEtcd(noCluster, address, { timeoutSeconds: 5 }, own);
      const problems = await checkEtcd(opened, { prefix: keyPrefix("/trident/"), mustBeEmpty: true, ...checks });
      return problems.map((problem) => ({ ...problem, message: new BlockedError(problem).message }));
    } finally {
      await opened?.close();
    }
  }
});

async function firstMember({ client }: EtcdProcess): Promise<{ memberId: string }> {
  const { header } = await client.maintenance.status();
  return { memberId: header.member_id };
}

async function clientOf(authority: CertificateAuthority, commonName: string) {
  const { certificate, privateKey } = await authority.issue({ commonName, usages: ["clientAuth"] });
  return { certificateAuthority: authority.certificate, certificate, privateKey };
}
