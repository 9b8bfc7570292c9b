import type { CopyInputs } from "./copy-request.ts";
import { EndpointUrlError, parseEndpointUrl } from "../connect/endpoint-url.ts";
import type { EtcdClusterAddress, ExistingEtcdAddress, GivenAddress } from "../connect/etcd-address.ts";

/** As Pulumi shows it: `property` and then the reason. */
export interface CopyFailure {
  readonly property: string;
  readonly reason: string;
}

/** In a preview, what Pulumi sends for an output that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** All that is impossible about the inputs, without a look at the cluster. What is not known yet passes. */
export function checkCopyInputs(inputs: CopyInputs): CopyFailure[] {
  const { prefix, source, destination, timeoutSeconds, leases = "refuse" } = inputs;
  return [
    ...failures(
      "prefix",
      isEmpty(prefix) ? ["is empty, which would mean every key: give the prefix of the keys to copy"] : [],
    ),
    ...failures("source", checkAddress(source)),
    ...failures("destination", checkAddress(destination)),
    ...failures("destination", isSameEtcd(source, destination) ? ["is the source: there is nothing to copy"] : []),
    ...failures(
      "timeoutSeconds",
      isKnown(timeoutSeconds) && !(timeoutSeconds > 0)
        ? [`is ${timeoutSeconds}: give a number of seconds above 0`]
        : [],
    ),
    ...failures(
      "leases",
      isKnown(leases) && !["refuse", "copy-without"].includes(leases)
        ? [`is "${leases}": give "refuse" or "copy-without"`]
        : [],
    ),
  ];
}

function failures(property: string, reasons: readonly string[]): CopyFailure[] {
  return reasons.map((reason) => ({ property, reason }));
}

function checkAddress(address: GivenAddress | undefined): string[] {
  if (!isKnown(address)) return [];
  if (address === undefined) return ["is missing: say which etcd it is"];
  return "etcdCluster" in address ? checkCluster(address) : checkExisting(address);
}

function checkCluster(address: EtcdClusterAddress): string[] {
  const names = ["namespace", "etcdCluster", "clientSecret"] as const;
  // A program in plain JavaScript may leave any of them out.
  return names.filter((name) => isEmpty(address[name])).map((name) => `has no ${name}: name it`);
}

function checkExisting({ namespace, endpoints, clientSecret }: ExistingEtcdAddress): string[] {
  const problems = isEmpty(namespace) ? ["has no namespace: name that of its Secrets"] : [];
  // From untyped programs.
  if (!isKnown(endpoints)) return problems;
  const urls = (endpoints as ExistingEtcdAddress["endpoints"] | undefined) ?? [];
  if (urls.length === 0)
    return [...problems, "has no endpoints: give the URLs of its members, such as https://HOST:2379"];
  for (const url of urls.filter(isKnown)) problems.push(...problemsOfUrl(url));
  const schemes = new Set(urls.filter(isKnown).map((url) => url.split(":", 1)[0]));
  if (schemes.size > 1)
    problems.push("mixes https:// with http:// endpoints, some of which would not be protected: use https:// for all");
  if (schemes.has("https") && isEmpty(clientSecret)) {
    problems.push("has https:// endpoints and no clientSecret: name the Secret with the client's certificate");
  }
  return problems;
}

function problemsOfUrl(url: string): string[] {
  try {
    parseEndpointUrl(url);
    return [];
  } catch (error) {
    if (error instanceof EndpointUrlError) return [`is refused: ${error.message}`];
    throw error;
  }
}

/** As far as names tell; the etcds' own ids tell the rest, once they are asked. */
function isSameEtcd(source: GivenAddress, destination: GivenAddress): boolean {
  const urls = new Set(identitiesOf(source));
  return identitiesOf(destination).some((identity) => urls.has(identity));
}

function identitiesOf(address: GivenAddress | undefined): string[] {
  if (!isKnown(address) || address === undefined) return [];
  if ("etcdCluster" in address) {
    const { namespace, etcdCluster } = address;
    return isKnown(namespace) && isKnown(etcdCluster) ? [`${namespace}/${etcdCluster}`] : [];
  }
  const { endpoints } = address;
  if (!isKnown(endpoints)) return [];
  const urls = (endpoints as ExistingEtcdAddress["endpoints"] | undefined) ?? [];
  return urls.filter((url) => isKnown(url) && problemsOfUrl(url).length === 0).map((url) => parseEndpointUrl(url).url);
}

function isKnown(value: unknown): boolean {
  return value !== unknown;
}

function isEmpty(value: string | undefined): boolean {
  return value === undefined || value === "";
}
