import { UsageError } from "./usage-error.ts";

export interface EtcdUrls {
  readonly scheme: "http" | "https";
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** As messages and results name them; nothing of them is secret. */
  readonly names: readonly string[];
}

const DEFAULT_CLIENT_PORT = 2379;

/**
 * The value of `--from` or `--to`: URLs of members of one cluster, separated by commas. A URL with a user or a password in
 * it is refused without being repeated.
 *
 * @throws UsageError
 */
export function parseEtcdUrls(flag: string, list: string): EtcdUrls {
  const urls = list.split(",").map((text) => parseEtcdUrl(flag, text.trim()));
  const schemes = new Set(urls.map(({ scheme }) => scheme));
  const [scheme] = schemes;
  if (scheme === undefined || schemes.size > 1) {
    throw new UsageError(
      `${flag} mixes https:// with http:// URLs: some of the keys would cross the network unprotected. Use https:// for all`,
    );
  }
  const names = urls.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(`${flag} names ${twice} twice`);
  }
  return { scheme, addresses: urls.map(({ host, port }) => ({ host, port })), names };
}

interface EtcdUrl {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  readonly name: string;
}

function parseEtcdUrl(flag: string, text: string): EtcdUrl {
  if (text.includes("@")) {
    throw new UsageError(
      `${flag} holds a URL with a user or password in it, where process lists show it. Use ${flag}-user, and ${flag}-password-file or the environment`,
    );
  }
  if (!/^https?:\/\//.test(text)) {
    throw new UsageError(`${flag}: "${text}" is not a URL of an etcd. Write https://HOST:${DEFAULT_CLIENT_PORT}`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "") {
    throw new UsageError(`${flag}: "${text}" is not a valid URL. Write https://HOST:${DEFAULT_CLIENT_PORT}`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new UsageError(
      `${flag}: "${text}" has something after the port. An etcd URL ends there; keys are chosen with --prefix`,
    );
  }
  const scheme = url.protocol === "https:" ? "https" : "http";
  const port = portOf(url, text);
  return { scheme, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port, name: `${scheme}://${url.hostname}:${port}` };
}

/** URL drops a port that is the scheme's usual one, which is not etcd's. */
function portOf(url: URL, text: string): number {
  if (url.port !== "") {
    return Number(url.port);
  }
  const written = /:(\d+)\/?$/.exec(text)?.[1];
  return written === undefined ? DEFAULT_CLIENT_PORT : Number(written);
}
