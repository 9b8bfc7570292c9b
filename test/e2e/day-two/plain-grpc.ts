import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import type { SecureContextOptions } from "node:tls";

/** Where an etcd is, and what a client shows of itself. */
export interface EtcdPlace extends Pick<SecureContextOptions, "ca" | "cert" | "key"> {
  readonly host: string;
  readonly port: number;
  /** The name that the server's certificate is to have. */
  readonly serverName: string;
}

/** gRPC's own words for how a call ended; 0 is well. */
export class GrpcStatusError extends Error {
  override readonly name = "GrpcStatusError";
  constructor(status: string, said: string) {
    super(`gRPC status ${status}: ${decodeURIComponent(said)}`);
  }
}

/**
 * One connection to an etcd that puts and gets, by Node's HTTP/2 alone: with none of the project's own code, so that it can tell
 * whether that has lost anything.
 */
export class PlainGrpc {
  readonly #session: ClientHttp2Session;
  readonly #failed: Promise<never>;
  readonly #milliseconds: number;

  constructor({ host, port, serverName, ...identity }: EtcdPlace, milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.#session = connect(`https://${host}:${port}`, { ...identity, servername: serverName });
    this.#failed = new Promise((_, reject) => {
      this.#session.once("error", reject);
      this.#session.once("close", () => {
        reject(new Error("the connection was closed"));
      });
    });
    this.#failed.catch(() => undefined);
  }

  async put(key: string, value: string): Promise<void> {
    await this.#call("/etcdserverpb.KV/Put", Buffer.concat([field(1, key), field(2, value)]));
  }

  /** As a majority has it; undefined where there is no such key. */
  async get(key: string): Promise<string | undefined> {
    const answer = await this.#call("/etcdserverpb.KV/Range", field(1, key));
    const entry = fieldsOf(answer).get(2);
    return entry && fieldsOf(entry).get(5)?.toString("utf8");
  }

  close(): void {
    this.#session.destroy();
  }

  async #call(path: string, message: Buffer): Promise<Buffer> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`no answer within ${this.#milliseconds} ms`));
    }, this.#milliseconds);
    try {
      return await Promise.race([this.#exchange(path, message), this.#failed, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #exchange(path: string, message: Buffer): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
      [constants.HTTP2_HEADER_TE]: "trailers",
    });
    const pieces: Buffer[] = [];
    let ending: IncomingHttpHeaders = {};
    // A call that fails at once has its status in the headers.
    const gather = (headers: IncomingHttpHeaders): void => {
      ending = { ...ending, ...headers };
    };
    stream.on("response", gather);
    stream.on("trailers", gather);
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("error", reject);
    stream.on("close", () => {
      const status = textOf(ending["grpc-status"]);
      // Before the message: a byte that says whether it is compressed, and four with its length.
      if (status === "0") resolve(Buffer.concat(pieces).subarray(5));
      else reject(new GrpcStatusError(status, textOf(ending["grpc-message"])));
    });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
    return promise;
  }
}

/** A field of protobuf that holds text, of at most 127 bytes. */
function field(number: number, text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > 127) throw new RangeError("the client writes short texts only");
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** The fields of a message that hold bytes, by number, each as it was seen last. */
function fieldsOf(message: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    if ((tag & 7) === 0) {
      varint();
      continue;
    }
    const length = varint();
    fields.set(tag >> 3, message.subarray(at, at + length));
    at += length;
  }
  return fields;
}

function textOf(header: string | string[] | undefined): string {
  return [header ?? "none"].flat().join();
}
