import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubeConfig,
  RequestContext,
  type SecurityAuthentication,
} from "@kubernetes/client-node";
import { overSharedConnections } from "../../../../migration/kubernetes/connections/shared-connections.ts";

const minute = 60_000;

describe("requests to one cluster", () => {
  let server: Server;
  let address: string;
  let connections = 0;

  before(async () => {
    server = createServer((_, response) => response.end("{}"));
    server.on("connection", () => (connections += 1));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("go over few connections when they follow each other", async () => {
    const authentication = overSharedConnections(withOwnDispatcher());
    connections = 0;
    for (let request = 0; request < 20; request += 1) await send(address, authentication);
    // The next request may be under way before the connection of the last one is free again.
    assert.ok(connections <= 3, `${connections} connections for 20 requests`);
  });

  it("go over new ones after a minute, when the credentials may be others", async () => {
    let now = 0;
    const authentication = overSharedConnections(withOwnDispatcher(), () => now);
    const first = await dispatcherOf(address, authentication);
    now = minute;
    assert.equal(await dispatcherOf(address, authentication), first);
    now = minute + 1;
    assert.notEqual(await dispatcherOf(address, authentication), first);
  });

  it("carry the headers of their own moment", async () => {
    let token = 0;
    const authentication = overSharedConnections({
      getName: () => "counting",
      applySecurityAuthentication: (context) => {
        token += 1;
        context.setHeaderParam("Authorization", `Bearer ${token}`);
      },
    });
    const headers = [];
    for (let request = 0; request < 2; request += 1) {
      const context = new RequestContext(address, HttpMethod.GET);
      await authentication.applySecurityAuthentication(context);
      headers.push(context.getHeaders().Authorization);
    }
    assert.deepEqual(headers, ["Bearer 1", "Bearer 2"]);
  });
});

/** As client-node's kubeconfig does it for TLS: a dispatcher for each request. */
function withOwnDispatcher(): SecurityAuthentication {
  const cluster = { name: "c", server: "https://127.0.0.1", skipTLSVerify: true };
  return {
    getName: () => "own",
    applySecurityAuthentication: (context) => {
      const configuration = new KubeConfig();
      configuration.loadFromClusterAndUser(cluster, { name: "u", token: "t" });
      return configuration.applySecurityAuthentication(context);
    },
  };
}

async function send(address: string, authentication: SecurityAuthentication): Promise<void> {
  const context = new RequestContext(address, HttpMethod.GET);
  await authentication.applySecurityAuthentication(context);
  const response = await new IsomorphicFetchHttpLibrary().send(context).toPromise();
  assert.equal(await response.body.text(), "{}");
}

async function dispatcherOf(address: string, authentication: SecurityAuthentication) {
  const context = new RequestContext(address, HttpMethod.GET);
  await authentication.applySecurityAuthentication(context);
  return context.getDispatcher();
}
