import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { countEtcdv2Nodes } from "../../../../../migration/plan/read/state/etcdv2-nodes.ts";

describe("the state in etcd's v2 store", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it("is counted by its nodes that are no directories", async () => {
    const nodes = [
      { key: "/trident/store", value: "{}" },
      {
        key: "/trident/v1",
        dir: true,
        nodes: [{ key: "/trident/v1/backend", dir: true, nodes: [{ value: "a" }, { value: "b" }] }],
      },
      { key: "/trident/empty", dir: true },
    ];
    const asked: string[] = [];
    const address = await answering(200, { action: "get", node: { key: "/trident", dir: true, nodes } }, asked);
    assert.equal(await countEtcdv2Nodes(address, "trident"), 3);
    assert.deepEqual(asked, ["/v2/keys/trident?recursive=true"]);
  });

  it("is none where there is no such directory, and where there is no v2 interface", async () => {
    assert.equal(await countEtcdv2Nodes(await answering(404, { errorCode: 100 }), "trident"), 0);
  });

  async function answering(
    status: number,
    body: unknown,
    asked: string[] = [],
  ): Promise<{ host: string; port: number }> {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  }
});
