import { readFileSync } from "node:fs";
import { request } from "node:https";

import { apiServerUrl } from "../sandbox-paths.ts";
import { certificateFile, keyFile } from "./certificates.ts";

/** The API server answered with an error status. */
export class ApiAnswerError extends Error {
  override readonly name = "ApiAnswerError";
  readonly status: number;
  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 300)}`);
    this.status = status;
  }
}

/**
 * Asks the sandbox's API server as its administrator and returns the body. For the few requests of starting it, before
 * and beside any client library.
 * @throws ApiAnswerError, or the connection's error
 */
export function askApi(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, apiServerUrl),
      {
        method,
        ca: readFileSync(certificateFile("ca")),
        cert: readFileSync(certificateFile("admin")),
        key: readFileSync(keyFile("admin")),
        headers: { "content-type": "application/json" },
        agent: false,
        timeout: 5000,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        answer.once("error", reject).once("end", () => {
          const status = answer.statusCode ?? 0;
          if (status < 300) resolve(text);
          else reject(new ApiAnswerError(method, path, status, text));
        });
      },
    );
    outgoing.once("timeout", () => outgoing.destroy(new Error(`${method} ${path}: no answer for 5 s`)));
    outgoing.once("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Creates the object unless it is there already. */
export async function createIfMissing(path: string, object: unknown): Promise<void> {
  try {
    await askApi("POST", path, object);
  } catch (error) {
    if (!(error instanceof ApiAnswerError && error.status === 409)) throw error;
  }
}
