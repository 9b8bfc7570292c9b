import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { seenDone, seenSoFar } from "../../../../migration/kubernetes/wait-until.ts";
import { askTrident } from "../../../../migration/trident/rest/trident-serving.ts";

describe("a Trident that is asked whether it serves", () => {
  let server: Server;
  let status: number;
  let asked: (string | undefined)[];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  after(() => server.close());

  it("does when its REST API lists backends", async () => {
    assert.deepEqual(await answerWith(200), seenDone(undefined));
    assert.deepEqual(asked, ["/trident/v1/backend"]);
  });

  it("does not while every call ends with 500, as after a failed bootstrap", async () => {
    assert.deepEqual(await answerWith(500), seenSoFar("it answers with 500"));
  });

  it("does not when nothing listens, and the port-forward says why", async () => {
    const forward = { host: "127.0.0.1", port: 1, lastFailure: () => "pod trident: connection refused" } as const;
    assert.deepEqual(await askTrident(forward), seenSoFar("pod trident: connection refused"));
  });

  function answerWith(answer: number): ReturnType<typeof askTrident> {
    status = answer;
    asked = [];
    const { port } = server.address() as AddressInfo;
    return askTrident({ host: "127.0.0.1", port, lastFailure: () => undefined });
  }
});
