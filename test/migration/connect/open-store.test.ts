import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import type { PortForward } from "../../../migration/kubernetes/port-forward.ts";
import { openForwardedStore } from "../../../migration/connect/open-store.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

describe("an etcd behind a port-forward", () => {
  let etcd: EtcdProcess;

  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());

  it("is read and written like any other", async () => {
    const store = openForwardedStore("the new etcd", forwardTo(etcd.port), etcd.tls);
    await store.createAll([{ key: Buffer.from("/a/1"), value: Buffer.from("x") }]);
    const page = await store.range(prefixRange("/a/"));
    assert.deepEqual(
      page.entries.map(({ key }) => key.toString()),
      ["/a/1"],
    );
    await store.close();
  });

  it("is named in its errors instead of the local port, with what the port-forward has to say", async () => {
    const store = openForwardedStore("the new etcd", forwardTo(1, "pod a: connection refused"));
    await assert.rejects(store.status(), (error: Error) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.kind, "transient");
      assert.match(
        error.message,
        /^the new etcd: cannot be reached through the port-forward: pod a: connection refused$/,
      );
      assert.doesNotMatch(error.message, /etcd at http/);
      return true;
    });
    await store.close();
  });

  it("keeps the reason when the two sides do not accept each other", async () => {
    const tls = { ...etcd.tls, serverName: "another.name" };
    const store = openForwardedStore("the new etcd", forwardTo(etcd.port), tls);
    await assert.rejects(store.status(), (error: Error) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.kind, "permanent");
      assert.match(error.message, /^the new etcd: its certificate is not for the name another\.name/);
      return true;
    });
    await store.close();
  });

  it("takes the port-forward with it when it is closed, not when it is only disconnected", async () => {
    let closed = 0;
    const forward = { ...forwardTo(etcd.port), close: () => Promise.resolve(void (closed += 1)) };
    openForwardedStore("the new etcd", forward, etcd.tls).disconnect();
    assert.equal(closed, 0);
    await openForwardedStore("the new etcd", forward, etcd.tls).close();
    assert.equal(closed, 1);
  });
});

function forwardTo(port: number, failure?: string): PortForward {
  return { host: "127.0.0.1", port, lastFailure: () => failure, close: () => Promise.resolve() };
}
