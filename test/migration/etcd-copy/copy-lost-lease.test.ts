import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { copyBetweenEtcds, copyOnCluster } from "../../../migration/etcd-copy/copy-between-etcds.ts";
import type { CopyRequest, CopyResult } from "../../../migration/etcd-copy/copy-request.ts";
import type { KeyAtRevision, KeyValue, RangeRequest } from "../../../migration/copy/store/key-value-store.ts";
import { copyLease } from "../../../migration/etcd-copy/copy-lease.ts";
import { LeaseLostError } from "../../../migration/lease/held-lease.ts";
import { startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";
import { leaseInMemory } from "../lease/lease-in-memory.ts";
import { MemoryStore } from "../copy/memory-store.ts";

const destination = { kind: "managed" as const, namespace: "shop", etcdCluster: "db", clientSecret: "etcd-client-tls" };
const request: CopyRequest = {
  cluster: {},
  source: { kind: "existing" as const, namespace: "shop", endpoints: ["http://old:2379"] },
  destination,
  prefix: keyPrefix("/inventory/"),
  timeoutSeconds: 10,
};
const entries = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`/inventory/${1000 + index}`, "value"]));

describe("a copy whose machine sleeps while another run ends it and an application uses it", () => {
  it("writes and deletes nothing once it is awake, whatever it slept at, and gives no advice to empty anything", async () => {
    const calls = await callsOfACopy();
    assert.ok(calls > 5);
    for (let nap = 0; nap < calls; nap += 1) {
      for (const when of ["before", "after"] as const) {
        const { outcome, left, found } = await sleptThrough(nap, when);
        assert.deepEqual(found, left, `asleep ${when} call ${nap}`);
        assert.ok(outcome instanceof Error, `asleep ${when} call ${nap}`);
        assert.match(outcome.message, /lost Lease.*another-1-0 holds it now.*left as it is.*may be in use/s);
        assert.doesNotMatch(outcome.message, /empty the destination|removed again|Delete them/);
      }
    }
  });
});

describe("the Lease of a copy", () => {
  it("is one for whoever writes the same keys to the same etcd, and another for any others", () => {
    const { name, namespace } = copyLease(destination, keyPrefix("/inventory/"));
    assert.match(name, /^trident-etcd-copy-[0-9a-f]{10}$/);
    assert.equal(namespace, "shop");
    const others = [
      copyLease(destination, keyPrefix("/orders/")),
      copyLease({ ...destination, etcdCluster: "other" }, keyPrefix("/inventory/")),
      copyLease(
        { kind: "existing" as const, namespace: "shop", endpoints: ["http://a:1", "http://b:1"] },
        keyPrefix("/inventory/"),
      ),
    ];
    assert.equal(new Set([name, ...others.map((each) => each.name)]).size, 4);
    const turned = copyLease(
      { kind: "existing" as const, namespace: "shop", endpoints: ["http://b:1", "http://a:1"] },
      keyPrefix("/inventory/"),
    );
    assert.equal(turned.name, others[2]?.name);
  });

  it("is held alone, goes with nothing else, and is gone when the copy has ended", async () => {
    const fake = await startFakeKubernetes();
    const { name } = copyLease(destination, request.prefix);
    const path = `/apis/coordination.k8s.io/v1/namespaces/shop/leases/${name}`;
    const environment = copyOnCluster({ ...request, cluster: { kubeconfig: fake.kubeconfig } });
    const lease = await environment.acquireLease(() => undefined);
    assert.deepEqual(fake.objects.get(path)?.metadata.ownerReferences, []);
    await lease.release();
    assert.ok(!fake.objects.has(path));
    await fake.stop();
  });

  it("that can't be had ends the copy before it has opened anything", async () => {
    const fake = await startFakeKubernetes();
    fake.fault = (what) => (what.includes("/leases") ? 403 : undefined);
    const environment = copyOnCluster({ ...request, cluster: { kubeconfig: fake.kubeconfig } });
    await assert.rejects(
      copyBetweenEtcds(request, environment, () => undefined),
      /leases.*403.*permission.*Nothing was written/s,
    );
    const discovery = ["GET /apis", "GET /version"];
    assert.deepEqual(
      fake.requests.filter((each) => !each.includes("/leases") && !discovery.includes(each)),
      [],
    );
    await fake.stop();
  });
});

async function sleptThrough(
  nap: number,
  when: "before" | "after",
): Promise<{ outcome: CopyResult | Error; left: Record<string, string>; found: Record<string, string> }> {
  const world = new MemoryStore("destination", "2");
  const lost = new AbortController();
  const { store, asleep, wake } = sleepyStore(world, nap, when);
  const running = run(store, lost.signal).catch((error: unknown) => error as Error);
  await asleep;
  await run(world, new AbortController().signal);
  world.put("/inventory/1000", "written by the application");
  world.put("/inventory/9999", "by the application, too");
  const left = world.entries();
  lost.abort(new LeaseLostError("shop", "another-1-0 holds it now", copyLease(destination, request.prefix)));
  wake();
  return { outcome: await running, left, found: world.entries() };
}

async function callsOfACopy(): Promise<number> {
  const counting = sleepyStore(new MemoryStore("destination", "2"), Infinity, "before");
  await run(counting.store, new AbortController().signal);
  return counting.calls();
}

function run(store: MemoryStore, lost: AbortSignal): Promise<CopyResult> {
  const source = new MemoryStore("source", "1", entries);
  return copyBetweenEtcds(
    request,
    {
      acquireLease: () => leaseInMemory(lost),
      open: (address) => Promise.resolve("etcdCluster" in address ? store : source),
    },
    () => undefined,
  );
}

/** The same etcd as one sees it whose machine is suspended at a call. */
function sleepyStore(world: MemoryStore, nap: number, when: "before" | "after") {
  const asleep = Promise.withResolvers<undefined>();
  const awake = Promise.withResolvers<undefined>();
  let calls = 0;
  const taking = async <T>(call: () => Promise<T>): Promise<T> => {
    const sleeps = calls === nap;
    calls += 1;
    const sleep = async (): Promise<void> => {
      asleep.resolve(undefined);
      await awake.promise;
    };
    if (sleeps && when === "before") {
      await sleep();
      throw new Error("the connection is gone");
    }
    const result = await call();
    if (sleeps) await sleep();
    return result;
  };
  const store = Object.assign(Object.create(world) as MemoryStore, {
    status: () => taking(() => world.status()),
    range: (asked: RangeRequest) => taking(() => world.range(asked)),
    createAll: (created: readonly KeyValue[]) => taking(() => world.createAll(created)),
    deleteUnchanged: (keys: readonly KeyAtRevision[]) => taking(() => world.deleteUnchanged(keys)),
  });
  return {
    store,
    asleep: asleep.promise,
    wake: () => {
      awake.resolve(undefined);
    },
    calls: () => calls,
  };
}
