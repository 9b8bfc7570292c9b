import { change } from "../wording/change.ts";
import { counted, listed } from "../wording/counted.ts";
import type { TlsReason } from "../etcd/errors.ts";
import type { Blocker } from "./blocker.ts";

/** What these are about: none of the cluster's objects. */
const existingEtcd = "existing etcd";

/** Members of an existing etcd, by their URLs. */
type Endpoints = readonly string[];

/**
 * No connection can be had, from here or through a pod.
 *
 * @param from such as `from this machine`.
 */
export function existingEtcdUnreachable(endpoints: Endpoints, from: string, reason: string): Blocker {
  return {
    kind: "existingEtcdUnreachable",
    object: existingEtcd,
    message: `The existing etcd can't be reached at ${endpoints.join(", ")} ${from}: ${reason}.`,
    remedy:
      `See that it runs there and lets this cluster's pods in, or name other members with \`${change({ endpoints: "https://HOST:2379" })}\`. ` +
      `What only the cluster can reach is reached through a pod after \`${change({ reach: "auto" })}\`.`,
  };
}

/** A connection stands, and the two sides do not accept each other. */
export function existingEtcdTls(endpoints: Endpoints, reason: TlsReason, problem: string): Blocker {
  return {
    kind: "existingEtcdTls",
    object: existingEtcd,
    message: `No TLS connection to the existing etcd at ${endpoints.join(", ")} comes to stand: ${problem}.`,
    remedy: tlsRemedies[reason],
  };
}

const tlsRemedies: Readonly<Record<TlsReason, string>> = {
  authority:
    `Give the certificate of the CA that signed the server's, with \`${change({ certificateAuthority: "FILE" })}\` or under the first key of the ` +
    `Secret that \`${change({ clientSecret: "NAME" })}\` names.`,
  serverName:
    `Name the endpoint (with \`${change({ endpoints: "https://NAME:2379" })}\`) as its certificate does, or have the certificate issued for that name, too. ` +
    "Trident checks the name as well.",
  validity: "Have the etcd's administrator renew its certificate, or put the clocks right.",
  clientCertificate:
    `Give a client certificate of the CA that this etcd trusts for its clients (its --trusted-ca-file), with ` +
    `\`${change({ clientCertificate: "FILE", clientKey: "FILE" })}\`, or in the Secret that \`${change({ clientSecret: "NAME" })}\` names.`,
  protocol:
    `See that the port is the one for clients and serves TLS; one without TLS is named with http://, which takes ` +
    `\`${change({ plaintext: true })}\`.`,
};

/** Not an etcd that Trident's client knows. */
export function existingEtcdVersion(endpoints: Endpoints, version: string): Blocker {
  return {
    kind: "existingEtcdVersion",
    object: existingEtcd,
    message: `At ${endpoints.join(", ")} there is etcd ${version === "" ? "of an unknown version" : version}; Trident keeps its state in etcd 3.`,
    remedy: `Name an etcd of version 3 with \`${change({ endpoints: "https://HOST:2379" })}\`.`,
  };
}

/** The endpoints are not all of one cluster. */
export function existingEtcdClusters(
  clusters: readonly { readonly endpoint: string; readonly clusterId: string }[],
): Blocker {
  const named = clusters.map(({ endpoint, clusterId }) => `${endpoint} to ${clusterId}`);
  return {
    kind: "existingEtcdClusters",
    object: existingEtcd,
    message: `The endpoints belong to different etcd clusters: ${named.join(", ")}. What is written at one is not at another.`,
    remedy: `Name only members of one cluster, with \`${change({ endpoints: "https://HOST:2379,https://HOST:2379" })}\`.`,
  };
}

/** It stands, but will not take what is written. */
export function existingEtcdAlarm(endpoints: Endpoints, alarms: readonly string[]): Blocker {
  return {
    kind: "existingEtcdAlarm",
    object: existingEtcd,
    message: `The existing etcd says at ${endpoints.join(", ")} that it is not well: ${alarms.join(", ")}.`,
    remedy:
      "Have its administrator put it right. For NOSPACE: compact and defragment it or raise --quota-backend-bytes, then " +
      "`etcdctl alarm disarm`.",
  };
}

/**
 * The certificate's user, which is how Trident logs in, or this program's own, may not do what it must.
 *
 * @param who such as `the client certificate's user (its common name, trident)`.
 */
export function existingEtcdAccess(
  endpoints: Endpoints,
  who: { readonly described: string; readonly user: string; readonly isNamed?: boolean },
  prefix: string,
  problem: string,
): Blocker {
  const { described, user, isNamed = false } = who;
  const another = isNamed ? ` Or log in as another user: \`${change({ username: "NAME" })}\`.` : "";
  return {
    kind: "existingEtcdAccess",
    object: prefix,
    message: `At ${endpoints.join(", ")}, ${described} may not read and write below ${prefix}: ${problem}.`,
    remedy:
      "Trident knows no password: where the etcd asks who one is, the common name of the client certificate must be a user " +
      `of it. As its root: \`etcdctl user add ${user} --no-password\`, \`etcdctl role add trident\`, ` +
      `\`etcdctl role grant-permission --prefix trident readwrite ${prefix}\`, \`etcdctl user grant-role ${user} trident\`.${another}`,
  };
}

/** It is the one that a Kubernetes keeps itself in. */
export function kubernetesEtcd(endpoints: Endpoints, prefix: string): Blocker {
  return {
    kind: "kubernetesEtcd",
    object: existingEtcd,
    message: `The etcd at ${endpoints.join(", ")} has keys under ${prefix}: a Kubernetes keeps its own state there, and nothing else belongs into it.`,
    remedy:
      `Name another etcd with \`${change({ endpoints: "https://HOST:2379" })}\`, or none, with \`${change({ endpoints: undefined })}\`, for one ` +
      "of the stack's own.",
  };
}

/** There is a state already, and nothing says that it is Trident's own. */
export function prefixNotEmpty(
  endpoints: Endpoints,
  prefix: string,
  found: { readonly count: number; readonly first: readonly string[] },
  deletion: string,
): Blocker {
  return {
    kind: "prefixNotEmpty",
    object: prefix,
    message: `The existing etcd at ${endpoints.join(", ")} has ${counted(found.count, "key")} under ${prefix}: ${listed(found)}. A new Trident would take that for its own state.`,
    remedy:
      `If it is, such as after an earlier destroy, and no other Trident uses it: ` +
      `\`${change({ adoptState: true })}\`. If nothing needs it: \`${deletion}\`. To move the state of a Trident with its ` +
      `embedded etcd there: \`${change({ migrate: true })}\`.`,
  };
}

/**
 * Another etcd is named than the one that this stack's Trident has its state in.
 *
 * @param keys under the prefix of the other.
 */
export function anotherEtcd(deployment: string, current: string, next: string, keys: number): Blocker {
  const there =
    keys === 0
      ? "where there is none: Trident would forget all of its volumes"
      : `where ${counted(keys, "key is", "keys are")}: nothing says that it is this Trident's latest state`;
  return {
    kind: "anotherEtcd",
    object: `Deployment/${deployment}`,
    message: `Deployment ${deployment} has its state in the etcd at ${current}, and the one that is named now is ${next}, ${there}.`,
    remedy:
      `Name the etcd again as it was (\`${change({ endpoints: "https://HOST:2379" })}\`, or \`${change({ endpoints: undefined })}\` for the stack's ` +
      `own), and run \`pulumi up\`, which records the etcd that is left. To move Trident with its state then, name the other etcd and run ` +
      `\`pulumi preview\`, which tells of the cluster id for \`${change({ movedFromEtcd: "ID" })}\` (docs/moving-between-etcds.md).`,
  };
}
