import { BlockList, isIP, SocketAddress } from "node:net";
import { domainToASCII } from "node:url";
import type { Environment } from "./read-kubeconfig.ts";

/**
 * The proxy that the environment has for a server, as Go's net/http finds it and so kubectl: HTTPS_PROXY or HTTP_PROXY, but not for
 * what NO_PROXY names, nor for this machine. Undefined for none.
 */
export function environmentProxy(server: string, environment: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const isSecure = protocol === "https:";
  const proxy = proxyAddress(variable(environment, isSecure ? "HTTPS_PROXY" : "HTTP_PROXY"));
  if (proxy === undefined) return undefined;
  const host = { name: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? (isSecure ? "443" : "80") : port };
  return isLocal(host.name) || isExcepted(host, variable(environment, "NO_PROXY")) ? undefined : proxy;
}

interface Host {
  readonly name: string;
  readonly port: string;
}

function variable(environment: Environment, name: string): string {
  const upper = environment[name] ?? "";
  return upper === "" ? (environment[name.toLowerCase()] ?? "") : upper;
}

/** `proxy.example.com:3128` means http. */
function proxyAddress(value: string): string | undefined {
  if (value === "") return undefined;
  const whole = URL.canParse(value) && new URL(value).host !== "" ? value : `http://${value}`;
  return URL.canParse(whole) ? whole : undefined;
}

function isLocal(host: string): boolean {
  return host === "localhost" || (isIP(host) !== 0 && loopback.check(host, familyOf(host)));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

function isExcepted(host: Host, list: string): boolean {
  const entries = list
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  return entries.some((entry) => entry === "*" || matches(host, entry));
}

/** `10.0.0.0/8`, `10.0.0.1`, `10.0.0.1:6443`, `example.com` with all below it, `.example.com` or `*.example.com` only below it. */
function matches(host: Host, entry: string): boolean {
  const isAddress = isIP(host.name) !== 0;
  const subnet = subnetOf(entry);
  if (subnet !== undefined) return isAddress && subnet.check(host.name, familyOf(host.name));
  const { name, port } = splitPort(entry);
  if (name === "" || (port !== undefined && port !== host.port)) return false;
  if (isIP(name) !== 0) return isAddress && sameAddress(name, host.name);
  if (isAddress) return false;
  const domain = name.startsWith("*.") ? name.slice(1) : name;
  const ascii = domain.startsWith(".") ? `.${asAscii(domain.slice(1))}` : asAscii(domain);
  return ascii.startsWith(".") ? host.name.endsWith(ascii) : host.name === ascii || host.name.endsWith(`.${ascii}`);
}

function subnetOf(entry: string): BlockList | undefined {
  const [address = "", length = "", ...more] = entry.split("/");
  if (more.length > 0 || isIP(address) === 0 || !/^\d+$/.test(length)) return undefined;
  if (Number(length) > (isIP(address) === 6 ? 128 : 32)) return undefined;
  const subnet = new BlockList();
  subnet.addSubnet(address, Number(length), familyOf(address));
  return subnet;
}

function splitPort(entry: string): { readonly name: string; readonly port?: string } {
  const bracketed = /^\[(.*)\]:(\d+)$/.exec(entry) ?? /^([^:]*):(\d+)$/.exec(entry);
  return bracketed === null ? { name: entry } : { name: bracketed[1] ?? "", port: bracketed[2] ?? "" };
}

function sameAddress(one: string, other: string): boolean {
  const normal = (address: string): string => new SocketAddress({ address, family: familyOf(address) }).address;
  return normal(one) === normal(other);
}

function asAscii(domain: string): string {
  const ascii = domainToASCII(domain);
  return ascii === "" ? domain : ascii;
}
