import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { askForLists, type ListAnswer } from "../../../../migration/trident/rest/ask-for-lists.ts";

describe("a new Trident that is asked for its lists", () => {
  let server: Server;
  let answers: Record<string, [status: number, body: unknown]>;

  before(async () => {
    server = createServer((request, response) => {
      const [status, body] = answers[request.url ?? ""] ?? [404, {}];
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());

  it("says how long they are, without the empty name of a backend that could not be made", async () => {
    answers = {
      "/trident/v1/backend": [200, { backends: ["nas-gold", ""] }],
      "/trident/v1/volume": [200, { volumes: ["a", "b"] }],
      "/trident/v1/storageclass": [200, { storageClasses: ["gold"] }],
    };
    const lengths = { backends: 1, volumes: 2, storageClasses: 1 };
    assert.deepEqual(await ask(), { kind: "lists", lengths });
  });

  it("may still come while it is initializing", async () => {
    const error = "Trident is initializing, please try again later";
    answers = { "/trident/v1/backend": [500, { backends: [], error }] };
    assert.deepEqual(await ask(), { kind: "notYet", seen: `its REST API answers with 500: ${error}` });
  });

  it("has given up once its initialization failed, and says why", async () => {
    const error = "Trident initialization failed; couldn't find backend nas-gold for volume a";
    answers = { "/trident/v1/backend": [500, { backends: [], error }] };
    assert.deepEqual(await ask(), { kind: "failed", reason: `its REST API answers with 500: ${error}` });
  });

  it("says nothing of a secret in its reason", async () => {
    answers = { "/trident/v1/backend": [500, { error: "bad password hunter2" }] };
    assert.doesNotMatch(JSON.stringify(await ask()), /hunter2/);
  });

  it("may still come when nothing listens, and the port-forward says why", async () => {
    const forward = { host: "127.0.0.1", port: 1, lastFailure: () => "pod trident: connection refused" } as const;
    assert.deepEqual(await askForLists(forward), { kind: "notYet", seen: "pod trident: connection refused" });
  });

  function ask(): Promise<ListAnswer> {
    const { port } = server.address() as AddressInfo;
    return askForLists({ host: "127.0.0.1", port, lastFailure: () => undefined });
  }
});
