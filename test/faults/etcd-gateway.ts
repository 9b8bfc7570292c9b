import { request } from "node:https";
import type { KeyValue } from "../../migration/copy/store/key-value-store.ts";
import type { EtcdCluster } from "../etcd-cluster.ts";

/**
 * Writes through etcd's own JSON gateway: no gRPC, no client library, no retries. What fails here may have been applied
 * or not, and never is twice.
 */
export class EtcdGateway {
  readonly #cluster: EtcdCluster;

  constructor(cluster: EtcdCluster) {
    this.#cluster = cluster;
  }

  /** The revision at which it was written. */
  async put(key: Buffer, value: Buffer): Promise<bigint> {
    return revisionOf(await this.#post("/v3/kv/put", { key: base64(key), value: base64(value) }));
  }

  /** All in one transaction, each overwriting what may be there. */
  async putAll(entries: readonly KeyValue[]): Promise<bigint> {
    const success = entries.map(({ key, value }) => ({ requestPut: { key: base64(key), value: base64(value) } }));
    return revisionOf(await this.#post("/v3/kv/txn", { success }));
  }

  /** Keeps the store from applying anything else for a while: a put, and a count of all keys so many times. */
  async putAndCount(key: Buffer, value: Buffer, times: number): Promise<bigint> {
    const count = { requestRange: { key: base64(Buffer.of(0)), range_end: base64(Buffer.of(0)), count_only: true } };
    const put = { requestPut: { key: base64(key), value: base64(value) } };
    return revisionOf(await this.#post("/v3/kv/txn", { success: [put, ...Array<object>(times).fill(count)] }));
  }

  async delete(key: Buffer): Promise<bigint> {
    return revisionOf(await this.#post("/v3/kv/deleterange", { key: base64(key) }));
  }

  /** All in one transaction. */
  async deleteAll(keys: readonly Buffer[]): Promise<bigint> {
    const success = keys.map((key) => ({ requestDeleteRange: { key: base64(key) } }));
    return revisionOf(await this.#post("/v3/kv/txn", { success }));
  }

  async deleteEverything(): Promise<void> {
    await this.#post("/v3/kv/deleterange", { key: base64(Buffer.of(0)), range_end: base64(Buffer.of(0)) });
  }

  async compact(revision: bigint): Promise<void> {
    await this.#post("/v3/kv/compaction", { revision: revision.toString() });
  }

  async revision(): Promise<bigint> {
    return revisionOf(await this.#post("/v3/kv/range", { key: base64(Buffer.of(0)), count_only: true }));
  }

  async #post(path: string, body: object): Promise<GatewayAnswer> {
    const member = this.#cluster.members.find(({ runs }) => runs);
    if (member === undefined) {
      throw new Error("no member runs");
    }
    const { authority, clientCertificate } = this.#cluster;
    const { promise, resolve, reject } = Promise.withResolvers<GatewayAnswer>();
    const call = request(
      {
        ...{ host: member.host, port: member.port, path, method: "POST", agent: false, timeout: 10_000 },
        ...{ ca: authority.certificate, cert: clientCertificate.certificate, key: clientCertificate.privateKey },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) {
            resolve(JSON.parse(text) as GatewayAnswer);
          } else {
            reject(new Error(`etcd's gateway answered ${response.statusCode ?? 0}: ${text}`));
          }
        });
      },
    );
    call.on("error", reject);
    call.on("timeout", () => call.destroy(new Error("etcd's gateway did not answer")));
    call.end(JSON.stringify(body));
    return promise;
  }
}

interface GatewayAnswer {
  readonly header: { readonly revision: string };
}

function revisionOf({ header }: GatewayAnswer): bigint {
  return BigInt(header.revision);
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}
