import {
  IsomorphicFetchHttpLibrary,
  ResponseContext,
  wrapHttpLibrary,
  type HttpLibrary,
  type RequestContext,
} from "@kubernetes/client-node";
import { describeFailure } from "../../wording/describe-failure.ts";
import { ClusterRequestError, ClusterUnreachableError } from "../errors.ts";
import type { RequestGate } from "./request-gate.ts";
import { unlessAborted } from "../wait-until.ts";

export interface BoundedHttp {
  readonly library: HttpLibrary;
  send(request: RequestContext): Promise<ResponseContext>;
}

/**
 * The transport under the generated API: each request, its answer's body included, ends within the timeout, and fails
 * with ClusterUnreachableError (no answer, credentials rejected) or ClusterRequestError (an error status).
 */
export function boundedHttp(cluster: string, timeoutMilliseconds: number): BoundedHttp {
  const transport = new IsomorphicFetchHttpLibrary();

  async function send(request: RequestContext): Promise<ResponseContext> {
    request.setSignal(AbortSignal.timeout(timeoutMilliseconds));
    const { response, text } = await exchange(request);
    if (response.httpStatusCode === 401) {
      throw new ClusterUnreachableError(cluster, "it rejects the credentials (401 Unauthorized)");
    }
    if (response.httpStatusCode >= 400) {
      throw new ClusterRequestError(describeRequest(request), response.httpStatusCode, explanationOf(text));
    }
    return withBody(response, text);
  }

  async function exchange(request: RequestContext): Promise<{ response: ResponseContext; text: string }> {
    try {
      const response = await transport.send(request).toPromise();
      return { response, text: await response.body.text() };
    } catch (error) {
      throw new ClusterUnreachableError(cluster, reasonOf(error, timeoutMilliseconds), { cause: error });
    }
  }

  return { library: wrapHttpLibrary({ send }), send };
}

/** The same transport for those requests that the gate lets through, for as long as it does. */
export function gatedHttp(http: BoundedHttp, gate: RequestGate): BoundedHttp {
  const send = async (request: RequestContext): Promise<ResponseContext> => {
    const signal = await gate.pass((request.getHttpMethod() as string) !== "GET");
    return unlessAborted(http.send(request), signal);
  };
  return { library: wrapHttpLibrary({ send }), send };
}

function reasonOf(error: unknown, timeoutMilliseconds: number): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `no answer within ${timeoutMilliseconds / 1000} s`;
  return describeFailure(error);
}

function describeRequest(request: RequestContext): { method: string; path: string } {
  return { method: request.getHttpMethod(), path: new URL(request.getUrl()).pathname };
}

// An error's body is a Status object; its message names the object and what is wrong with it.
function explanationOf(text: string): string {
  try {
    const status = JSON.parse(text) as { message?: unknown };
    if (typeof status.message === "string") return status.message;
  } catch {
    // Not JSON: a proxy's or load balancer's own page.
  }
  return text.slice(0, 200).trim() || "no explanation";
}

function withBody(response: ResponseContext, text: string): ResponseContext {
  return new ResponseContext(response.httpStatusCode, response.headers, {
    text: () => Promise.resolve(text),
    binary: () => Promise.resolve(Buffer.from(text)),
    stream: () => null,
  });
}
