import { request as plainRequest } from "node:http";
import { request as tlsRequest, type RequestOptions } from "node:https";
import type { PortForward } from "../../migration/kubernetes/port-forward.ts";

/** What a caller shows of itself; without it the call is made in plaintext. */
export interface Caller {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Asks an etcd for its version: the answer's status and text, or the failure of the connection. */
export function askForVersion(forward: PortForward, caller: Caller | undefined): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const place: RequestOptions = { host: forward.host, port: forward.port, path: "/version", agent: false };
  const call =
    caller === undefined
      ? plainRequest(place)
      : // A member goes by its own name on either port; what is asked here is whom it lets in.
        tlsRequest({ ...place, ...caller, checkServerIdentity: () => undefined });
  call.setTimeout(15_000, () => call.destroy(new Error("no answer within 15 s")));
  call.on("error", (error: NodeJS.ErrnoException) => {
    resolve(`failed: ${error.code ?? ""} ${error.message}`);
  });
  call.on("response", (answer) => {
    let text = "";
    answer.setEncoding("utf8").on("data", (part: string) => (text += part));
    answer.on("end", () => {
      resolve(`${answer.statusCode ?? 0}: ${text}`);
    });
  });
  call.end();
  return promise;
}
