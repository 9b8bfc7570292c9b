import type { V1Container } from "@kubernetes/client-node";

/** Where Trident 18.01 to 19.04 has its embedded etcd listen when nothing else is said. */
const defaultClientPort = 8001;

/** The etcd container can't be reached as Trident's own is: in plaintext, on an address that the pod itself can reach. */
export class LegacyEtcdFlagsError extends Error {
  override readonly name = "LegacyEtcdFlagsError";
}

/**
 * The port on which the container's etcd takes clients, from `listen-client-urls` in its arguments or its environment.
 * Raises LegacyEtcdFlagsError when all of those URLs are TLS or on no loopback or wildcard address.
 */
export function clientPortOf(container: V1Container): number {
  const urls = clientUrls(container);
  if (urls === undefined) return defaultClientPort;
  for (const url of urls) {
    if (url.protocol === "http:" && isReachableFromPod(url.hostname)) return url.port === "" ? 80 : Number(url.port);
  }
  throw new LegacyEtcdFlagsError(
    `its etcd listens for clients on ${urls.map((url) => url.origin).join(", ")}, not on http://127.0.0.1`,
  );
}

function clientUrls(container: V1Container): URL[] | undefined {
  const text =
    flagValue([...(container.command ?? []), ...(container.args ?? [])], "listen-client-urls") ??
    container.env?.find((each) => each.name === "ETCD_LISTEN_CLIENT_URLS")?.value;
  const urls = text?.split(",").flatMap((each) => (URL.canParse(each.trim()) ? [new URL(each.trim())] : []));
  return urls === undefined || urls.length === 0 ? undefined : urls;
}

// etcd's flags take one dash or two, and their value after `=` or as the next argument.
function flagValue(words: readonly string[], flag: string): string | undefined {
  for (const [index, word] of words.entries()) {
    const [name, ...value] = word.replace(/^--?/, "").split("=");
    if (!word.startsWith("-") || name !== flag) continue;
    return value.length > 0 ? value.join("=") : words[index + 1];
  }
  return undefined;
}

// A port-forward dials localhost in the pod.
function isReachableFromPod(hostname: string): boolean {
  return ["localhost", "0.0.0.0", "[::]", "[::1]"].includes(hostname) || hostname.startsWith("127.");
}
