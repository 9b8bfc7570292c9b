/** A member of an etcd cluster, from its URL. */
export interface EndpointUrl {
  readonly scheme: "http" | "https";
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** With the port, whether it was written or not. */
  readonly url: string;
}

/** A text is no URL of an etcd; the message says why, in words that follow `"text" is refused: `. */
export class EndpointUrlError extends Error {
  override readonly name = "EndpointUrlError";
}

/** etcd's usual one. */
const clientPort = 2379;

/**
 * Reads a URL such as https://etcd.example.com:2379. A user or password in it is not repeated.
 *
 * @throws EndpointUrlError
 */
export function parseEndpointUrl(text: string): EndpointUrl {
  if (text.includes("@")) throw new EndpointUrlError("a URL must not hold a user or password");
  const [, scheme] = /^(https?):\/\//.exec(text) ?? [];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if ((scheme !== "http" && scheme !== "https") || url === undefined || url.hostname === "") {
    throw new EndpointUrlError(`"${text}" is no URL of an etcd. Write https://HOST:${clientPort}`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new EndpointUrlError(`"${text}" has something after the port. Write https://HOST:${clientPort}`);
  }
  const port = portOf(url, text);
  return { scheme, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port, url: `${scheme}://${url.hostname}:${port}` };
}

/** URL drops a port that is the scheme's usual one, which is not etcd's. */
function portOf(url: URL, text: string): number {
  if (url.port !== "") return Number(url.port);
  const written = /:(\d+)\/?$/.exec(text)?.[1];
  return written === undefined ? clientPort : Number(written);
}
