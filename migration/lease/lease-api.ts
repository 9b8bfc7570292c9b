import {
  CoordinationV1Api,
  createConfiguration,
  ServerConfiguration,
  wrapHttpLibrary,
  type HttpLibrary,
  V1Lease,
} from "@kubernetes/client-node";
import { apiForms, apisOf } from "../kubernetes/cluster-apis.ts";
import { boundedHttp, type BoundedHttp } from "../kubernetes/connections/bounded-http.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isConflict, isNotFound } from "../kubernetes/errors.ts";
import type { LeasePlace } from "./lease-place.ts";

/** One Lease. What was changed by somebody else in between is not written: `conflict`. */
export interface LeaseApi extends LeasePlace {
  /** Undefined when there is none. */
  read(): Promise<V1Lease | undefined>;
  create(lease: V1Lease): Promise<V1Lease | "conflict">;
  /** On the condition that it has the resourceVersion still that it carries. */
  replace(lease: V1Lease): Promise<V1Lease | "conflict">;
  remove(lease: V1Lease): Promise<void>;
}

/** Less than the time that a renewal has until the Lease is over. */
const requestTimeoutMilliseconds = 10_000;

export function leaseApi(cluster: ClusterClient, place: LeasePlace): LeaseApi {
  const { namespace, name } = place;
  const server = cluster.configuration.getCurrentCluster()?.server ?? "";
  // Both versions have the same fields.
  let served: Promise<string> | undefined;
  const groupVersion = (): Promise<string> =>
    (served ??= apisOf(cluster)
      .then(({ lease }) => lease)
      .catch((error: unknown) => {
        served = undefined;
        throw error;
      }));
  const api = new CoordinationV1Api(
    createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: cluster.configuration },
      httpApi: servedAs(groupVersion, boundedHttp(cluster.description, requestTimeoutMilliseconds)),
    }),
  );
  const written = async (lease: V1Lease): Promise<V1Lease> =>
    Object.assign(new V1Lease(), lease, { apiVersion: await groupVersion() });
  return {
    ...place,
    read: async () => {
      try {
        return await api.readNamespacedLease({ namespace, name });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    create: async (lease) => orConflict(api.createNamespacedLease({ namespace, body: await written(lease) })),
    replace: async (lease) => orConflict(api.replaceNamespacedLease({ namespace, name, body: await written(lease) })),
    remove: async ({ metadata }) => {
      const preconditions = {
        ...(metadata?.uid === undefined ? {} : { uid: metadata.uid }),
        ...(metadata?.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      };
      await api.deleteNamespacedLease({ namespace, name, body: { preconditions } });
    },
  };
}

const [newest] = apiForms.lease;

/** The generated API knows the newest version alone. */
function servedAs(groupVersion: () => Promise<string>, http: BoundedHttp): HttpLibrary {
  return wrapHttpLibrary({
    send: async (request) => {
      request.setUrl(request.getUrl().replace(`/${newest.groupVersion}/`, `/${await groupVersion()}/`));
      return http.send(request);
    },
  });
}

// A Lease that was deleted in between can't be replaced either.
async function orConflict(call: Promise<V1Lease>): Promise<V1Lease | "conflict"> {
  try {
    return await call;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return "conflict";
    throw error;
  }
}
