import {
  AppsV1Api,
  CoreV1Api,
  createConfiguration,
  HttpMethod,
  RequestContext,
  ServerConfiguration,
  type KubeConfig,
  type SecurityAuthentication,
} from "@kubernetes/client-node";
import { boundedHttp, gatedHttp, type BoundedHttp } from "./connections/bounded-http.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { ClusterUnreachableError } from "./errors.ts";
import { loadKubeconfig, type ClusterAccess } from "./load-kubeconfig.ts";
import { refuseOtherCluster, type NamedCluster } from "./own-cluster.ts";
import type { RequestGate } from "./connections/request-gate.ts";
import { overSharedConnections } from "./connections/shared-connections.ts";

export type { ClusterAccess } from "./load-kubeconfig.ts";

/** The Kubernetes API of one cluster. Every call is bounded in time and raises one of the errors of `errors.ts`. */
export interface ClusterClient {
  /** Names the cluster in messages: `"context" (https://server)`. */
  readonly description: string;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  /** For what is not a plain call: WebSockets. */
  readonly configuration: KubeConfig;
  /** That it is reached through, without its credentials. */
  readonly proxy?: string | undefined;
  /** An object as the server stores it, with the fields that the typed API would drop. */
  requestJson(request: JsonRequest): Promise<unknown>;
  /** The same cluster, with nothing sent that the gate does not let through. */
  behind(gate: RequestGate): ClusterClient;
}

export interface JsonRequest {
  /** PATCH is server-side apply: what `fieldManager` in the path's query has applied, whether the object is there or not. */
  readonly method: "GET" | "POST" | "DELETE" | "PATCH";
  /** Such as `/apis/apps/v1/namespaces/trident/deployments/trident`. */
  readonly path: string;
  readonly body?: unknown;
}

const defaultRequestTimeoutMilliseconds = 15_000;

/**
 * Reads the kubeconfig; talks to nobody yet. Raises ClusterUnreachableError when there is none or it lacks the context. For an
 * access that says which cluster it is about, the first call finds that out: on another one every call raises OtherClusterError.
 */
export function connectToCluster(
  access: ClusterAccess,
  options: { readonly requestTimeoutMilliseconds?: number } = {},
): ClusterClient {
  const configuration = loadKubeconfig(access);
  const server = configuration.getCurrentCluster()?.server ?? "";
  const description = `"${configuration.getCurrentContext()}" (${server})`;
  const { proxy } = configuration;
  const reached = proxy === undefined ? description : `${description}, through the proxy ${proxy},`;
  const http = boundedHttp(reached, options.requestTimeoutMilliseconds ?? defaultRequestTimeoutMilliseconds);
  const authentication = overSharedConnections(explainedAuthentication(configuration, description));
  const clientOver = (transport: BoundedHttp): ClusterClient => {
    const apiConfiguration = createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: authentication },
      httpApi: transport.library,
    });
    return {
      description,
      configuration,
      proxy,
      core: new CoreV1Api(apiConfiguration),
      apps: new AppsV1Api(apiConfiguration),
      requestJson: (request) => requestJson(server, authentication, transport, request),
      behind: (gate) => clientOver(gatedHttp(transport, gate)),
    };
  };
  const any = clientOver(http);
  return access.clusterUid === undefined ? any : any.behind(ownCluster({ uid: access.clusterUid }, any));
}

/** Opens once it is seen that this is the cluster, and looks again only where that could not be found out. */
function ownCluster(own: NamedCluster, cluster: ClusterClient): RequestGate {
  const get = (path: string) => cluster.requestJson({ method: "GET", path });
  let isOwn: Promise<void> | undefined;
  return {
    pass: async () => {
      isOwn ??= refuseOtherCluster(own, cluster.description, get).catch((error: unknown) => {
        isOwn = undefined;
        throw error;
      });
      await isOwn;
      return undefined;
    },
  };
}

// A credential plugin that is missing or fails, or a certificate's file that is gone by now.
function explainedAuthentication(configuration: KubeConfig, description: string): SecurityAuthentication {
  return {
    getName: () => configuration.getName(),
    applySecurityAuthentication: async (context) => {
      try {
        await configuration.applySecurityAuthentication(context);
      } catch (error) {
        throw new ClusterUnreachableError(description, describeFailure(error));
      }
    },
  };
}

async function requestJson(
  server: string,
  authentication: SecurityAuthentication,
  http: BoundedHttp,
  request: JsonRequest,
): Promise<unknown> {
  const context = new RequestContext(`${server}${request.path}`, HttpMethod[request.method]);
  context.setHeaderParam("Accept", "application/json");
  if (request.body !== undefined) {
    const type = request.method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    context.setHeaderParam("Content-Type", type);
    context.setBody(JSON.stringify(request.body));
  }
  await authentication.applySecurityAuthentication(context);
  const response = await http.send(context);
  return JSON.parse(await response.body.text()) as unknown;
}
