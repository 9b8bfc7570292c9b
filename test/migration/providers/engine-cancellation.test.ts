import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type ClientHttp2Session, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { watchEngineCancellation, type EngineCancellation } from "../../../migration/providers/engine-cancellation.ts";

describe("a call of Pulumi's engine to its plugin", () => {
  let server: Http2Server;
  let engine: ClientHttp2Session;
  let cancellation: EngineCancellation;

  before(async () => {
    server = createServer((_request, response) => {
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    engine = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  after(async () => {
    engine.close();
    server.close();
    await once(server, "close");
  });
  afterEach(() => {
    cancellation.stop();
  });

  it("that cancels interrupts, and is told of once", async () => {
    let said = 0;
    cancellation = watchEngineCancellation(() => (said += 1));
    await call("/pulumirpc.ResourceProvider/Cancel");
    await call("/pulumirpc.ResourceProvider/Cancel");
    assert.equal((cancellation.signal.reason as Error).name, "MigrationInterruptedError");
    assert.equal(said, 1);
  });

  it("of any other kind does not", async () => {
    cancellation = watchEngineCancellation(() => assert.fail("it was told"));
    await call("/pulumirpc.ResourceProvider/Check");
    assert.equal(cancellation.signal.aborted, false);
  });

  it("is of no interest once the migration has ended", async () => {
    cancellation = watchEngineCancellation(() => assert.fail("it was told"));
    cancellation.stop();
    await call("/pulumirpc.ResourceProvider/Cancel");
    assert.equal(cancellation.signal.aborted, false);
  });

  async function call(path: string): Promise<void> {
    const stream = engine.request({ ":method": "POST", ":path": path });
    stream.end();
    stream.resume();
    await once(stream, "close");
  }
});
