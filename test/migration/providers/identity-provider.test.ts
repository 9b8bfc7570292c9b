import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { commandsToBringCertificates } from "../../../migration/identity/check-identity.ts";
import {
  check,
  diff,
  read,
  type IdentityArgs,
  type IdentityInputs,
} from "../../../migration/providers/identity-provider.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const world: IdentityArgs = {
  stack: "organization/trident-etcd/production",
  cluster: '"production" (https://production.example)',
  clusterUid: "uid-of-production",
  namespace: "trident",
  foundStackUids: [],
  foundObjects: false,
  takeOver: false,
  generatesCertificates: true,
};

/** As a first `up` leaves it. */
async function born(change: Partial<IdentityArgs> = {}): Promise<IdentityInputs> {
  const { inputs, failures } = await check({}, { ...world, ...change });
  assert.deepEqual(failures, []);
  return inputs;
}

async function refusal(olds: Partial<IdentityInputs>, change: Partial<IdentityArgs>): Promise<string> {
  const { failures } = await check(olds, { ...world, ...change });
  const [failure, another] = failures;
  assert.ok(failure !== undefined && another === undefined, JSON.stringify(failures));
  return failure.reason;
}

describe("a stack's identity", () => {
  it("is given once, is another one for each stack, and stays", async () => {
    const own = await born();
    assert.match(own.stackUid, /^[0-9a-f-]{36}$/);
    assert.notEqual((await born()).stackUid, own.stackUid);
    const found = { foundStackUids: [own.stackUid], foundObjects: true };
    const { inputs, failures } = await check(own, { ...world, ...found });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, own);
    assert.deepEqual(await diff("id", own, inputs), { changes: false, replaces: [] });
  });

  it("changes in place, and is never replaced, when a kubeconfig, a context or a server gets another spelling", async () => {
    const own = await born({ kubeconfig: "/one" });
    const { inputs } = await check(own, { ...world, kubeconfig: "/two", cluster: '"p" (https://production.example/)' });
    assert.equal(inputs.stackUid, own.stackUid);
    assert.deepEqual(await diff("id", own, inputs), { changes: true, replaces: [] });
  });

  it("is refused in another cluster, with both clusters and the way", async () => {
    const reason = await refusal(await born(), {
      cluster: '"staging" (https://staging.example)',
      clusterUid: "uid-of-staging",
    });
    assert.match(reason, /"production" \(https:\/\/production\.example\) with uid uid-of-production/);
    assert.match(reason, /"staging" \(https:\/\/staging\.example\) with uid uid-of-staging/);
    assert.match(reason, /Nothing was changed.*kubernetes:context/);
  });

  it("is refused in another namespace, with both namespaces and the way", async () => {
    const reason = await refusal(await born(), { namespace: "other" });
    assert.match(reason, /at home in namespace trident .* namespace other is named now/);
    assert.match(reason, /`pulumi config set namespace trident`/);
  });

  it("is told of the cluster alone where that and the namespace and the stack are others", async () => {
    const reason = await refusal(await born(), { clusterUid: "another", namespace: "other", foundStackUids: ["x"] });
    assert.doesNotMatch(reason, /is named now/);
  });

  it("is refused on what a stack has made whose state is not this one's", async () => {
    const reason = await refusal({}, { foundStackUids: ["lost-uid"], foundObjects: true });
    assert.match(reason, /uid lost-uid.*state was lost.*`pulumi config set takeOver true`/);
  });

  it("is refused once another stack has taken over", async () => {
    const reason = await refusal(await born(), { foundStackUids: ["next-uid"], foundObjects: true });
    assert.match(reason, /\(uid next-uid\) has taken over.*`pulumi stack rm --force`/);
  });

  it("is given to objects that an older version made without one", async () => {
    await born({ foundObjects: true });
  });
});

describe("taking over", () => {
  const left = { takeOver: true, foundStackUids: ["lost-uid"], foundObjects: true };

  it("gives the stack an identity of its own", async () => {
    const own = await born({ ...left, generatesCertificates: false });
    assert.notEqual(own.stackUid, "lost-uid");
  });

  it("is refused without the certificates that run, with the commands that bring them", async () => {
    const reason = await refusal({}, left);
    assert.match(reason, /key of the CA/);
    for (const command of commandsToBringCertificates("trident").map(inSettings)) {
      assert.ok(reason.includes(command), command);
    }
    assert.match(reason, /\npulumi config set certificateDirectory running-certificates\n/);
  });

  it("is refused so for what an older version made, too", async () => {
    assert.match(await refusal({}, { ...left, foundStackUids: [] }), /key of the CA/);
  });

  it("asks for nothing once it is done", async () => {
    const own = await born({ ...left, generatesCertificates: false });
    const { failures } = await check(own, { ...world, ...left, foundStackUids: [own.stackUid] });
    assert.deepEqual(failures, []);
  });
});

describe("a refresh", () => {
  let kubernetes: FakeKubernetes;
  let own: IdentityInputs;

  before(async () => {
    kubernetes = await startFakeKubernetes();
    own = { ...(await born()), kubeconfig: kubernetes.kubeconfig };
  });
  after(() => kubernetes.stop());

  function serve(uid: string): void {
    kubernetes.objects.set("/api/v1/namespaces/kube-system", { metadata: { name: "kube-system", uid } });
  }

  it("leaves the identity as it is in its own cluster", async () => {
    serve("uid-of-production");
    assert.deepEqual(await read("id", own), { id: "id", props: own });
  });

  it("fails in another cluster, before all that is not there would be forgotten", async () => {
    serve("uid-of-staging");
    await assert.rejects(read("id", own), {
      name: "OtherClusterError",
      message: /"production" .*uid-of-production.*"fake-context" .*uid-of-staging/,
    });
  });

  it("says what to run first when the kubeconfig that was set has moved", async () => {
    await assert.rejects(read("id", { ...own, kubeconfig: "/no/such/file" }), {
      name: "HomeUnknownError",
      message: /`pulumi up --refresh=false` first/,
    });
  });

  it("gives up on a cluster that can't be reached only when it is told to", async () => {
    const gone = { ...own, kubeconfig: "/no/such/file" };
    process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
    try {
      assert.deepEqual(await read("id", gone), { id: "id", props: gone });
      serve("uid-of-staging");
      await assert.rejects(read("id", own), { name: "OtherClusterError" });
    } finally {
      delete process.env.PULUMI_K8S_DELETE_UNREACHABLE;
    }
  });
});
