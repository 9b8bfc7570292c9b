import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { ClusterRequestError, isForbidden, isNotFound } from "../../kubernetes/errors.ts";

/** An object as the server stores it, as far as the plan looks. */
export interface ServedObject {
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

/** One thing that the user of the kubeconfig may or may not do. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, such as `pods/portforward`. */
  readonly resource: string;
  /** Absent for what belongs to the whole cluster. */
  readonly namespace?: string;
  /** Absent for every object of the resource. */
  readonly name?: string;
}

/** All that the plan asks of the Kubernetes API: it changes nothing. */
export interface ClusterReader {
  /** Undefined when there is no such object, or when it may not be read. */
  read(path: string): Promise<ServedObject | undefined>;
  /** Undefined when they may not be listed. */
  list(path: string): Promise<readonly ServedObject[] | undefined>;
  /** By SelfSubjectAccessReview, which the server answers and does not keep. */
  allows(access: Access): Promise<boolean>;
  /**
   * What the server would make of an object, whom it asks all that it would ask, and which it does not keep; or why it would not take it.
   * Not to be asked of a server before Kubernetes 1.13, which would make it.
   */
  dryRun(collection: string, object: unknown): Promise<ServedObject | ClusterRequestError>;
  /** Set when the path was asked for, and refused for want of a permission. */
  refusalOf(path: string): ClusterRequestError | undefined;
}

/** As many connections are opened, each with a TLS handshake; a connection answers a question in a few milliseconds. */
const askedAtOnce = 6;

export function readerOf(cluster: Pick<ClusterClient, "requestJson">): ClusterReader {
  const refusals = new Map<string, ClusterRequestError>();
  const inTurn = atMost(askedAtOnce);
  async function get(path: string): Promise<unknown> {
    try {
      return await inTurn(() => cluster.requestJson({ method: "GET", path }));
    } catch (error) {
      if (isForbidden(error)) refusals.set(path, error as ClusterRequestError);
      if (isForbidden(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }
  return {
    read: async (path) => (await get(path)) as ServedObject | undefined,
    list: async (path) => ((await get(path)) as { items?: ServedObject[] } | undefined)?.items,
    allows: async (access) => {
      const review = await inTurn(() =>
        cluster.requestJson({
          method: "POST",
          path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
          body: reviewOf(access),
        }),
      );
      return (review as { status?: { allowed?: boolean } }).status?.allowed === true;
    },
    dryRun: async (collection, object) => {
      try {
        const request = { method: "POST", path: `${collection}?dryRun=All`, body: object } as const;
        return (await inTurn(() => cluster.requestJson(request))) as ServedObject;
      } catch (error) {
        if (error instanceof ClusterRequestError) return error;
        throw error;
      }
    },
    refusalOf: (path) => refusals.get(path),
  };
}

/** Runs tasks as they come, so many at a time; the others wait for their turn. */
function atMost(most: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= most) await new Promise<void>((begin) => waiting.push(begin));
    else running += 1;
    try {
      return await task();
    } finally {
      // Whoever waits takes the place over.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

function reviewOf({ verb, group, resource, namespace, name }: Access): unknown {
  const [plural, subresource] = resource.split("/");
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: {
      resourceAttributes: {
        verb,
        group,
        resource: plural,
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      },
    },
  };
}
