import type { KeyRange } from "../../copy/store/key-value-store.ts";
import { prefixRange } from "../../copy/store/key-range.ts";
import { parseEtcdUrls, type EtcdUrls } from "./etcd-urls.ts";
import {
  ACTIONS,
  DEFAULT_TIMEOUT,
  isClusterAction,
  isCopyAction,
  isFileAction,
  type Action,
  type CopyAction,
  type Side,
} from "./flags.ts";
import { toClaimJob, type ClaimJob } from "./parse-claim-job.ts";
import { toClusterJob, type ClusterJob } from "./parse-cluster-job.ts";
import { toFileJob, type FileJob } from "./parse-file-job.ts";
import { parseFlags, type GivenFlags } from "./parse-flags.ts";
import { toSnapshotRequest, type SnapshotRequest } from "./snapshot-request.ts";
import { UsageError } from "./usage-error.ts";

export type Command =
  | { readonly kind: "help"; readonly action?: Action }
  | { readonly kind: "version" }
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "clusterJob"; readonly job: ClusterJob }
  | { readonly kind: "fileJob"; readonly job: FileJob }
  | { readonly kind: "claimJob"; readonly job: ClaimJob };

/** What is to be done, complete and free of contradictions; no file has been read yet. */
export interface Job {
  readonly action: CopyAction;
  readonly from: SideRequest | SnapshotRequest;
  readonly to: SideRequest;
  /** Absent for every key. */
  readonly prefix?: Buffer;
  readonly range: KeyRange;
  /** verify: the source revision to compare with. */
  readonly fromRevision?: bigint;
  readonly allowEmpty: boolean;
  readonly leases: "refuse" | "copy-without";
  readonly timeoutMilliseconds: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface SideRequest {
  readonly side: Side;
  readonly urls: EtcdUrls;
  /** Present exactly for https. */
  readonly tls?: TlsFiles;
  readonly user?: string;
  readonly passwordFile?: string;
}

export interface TlsFiles {
  readonly certificateAuthority: string;
  readonly client?: { readonly certificate: string; readonly privateKey: string };
  readonly serverName?: string;
}

/** @throws UsageError */
export function parseCommand(words: readonly string[]): Command {
  // `help copy`, as well as `copy --help`.
  const [first, ...rest] = words;
  const flags = parseFlags(first === "help" ? [...rest, "--help"] : words);
  if (flags.values.has("help")) {
    return flags.action === undefined ? { kind: "help" } : { kind: "help", action: flags.action };
  }
  if (flags.values.has("version")) {
    return { kind: "version" };
  }
  if (flags.action === undefined) {
    throw new UsageError(`say what is to be done: ${ACTIONS.join(", ")}. See trident-etcd --help`);
  }
  if (isClusterAction(flags.action)) {
    return { kind: "clusterJob", job: toClusterJob(flags.action, flags.values) };
  }
  const claimJob = toClaimJob(flags.action, flags);
  if (claimJob !== undefined) {
    return { kind: "claimJob", job: claimJob };
  }
  if (isFileAction(flags.action)) {
    return { kind: "fileJob", job: toFileJob(flags.action, flags) };
  }
  if (!isCopyAction(flags.action)) throw new UsageError(`${flags.action} is about a claim: name it with --claim NAME`);
  return { kind: "job", job: toJob(flags.action, flags.values) };
}

type Values = GivenFlags["values"];

function toJob(action: CopyAction, values: Values): Job {
  const from = toSnapshotRequest(values) ?? toSide("from", values);
  const to = toSide("to", values);
  const fromRevision = textOf(values, "from-revision");
  return {
    action,
    from,
    to,
    ...toRange(values),
    ...(fromRevision === undefined ? {} : { fromRevision: toRevision(fromRevision) }),
    allowEmpty: values.has("allow-empty"),
    leases: toLeases(textOf(values, "leases") ?? "refuse"),
    timeoutMilliseconds: toMilliseconds(textOf(values, "timeout") ?? DEFAULT_TIMEOUT),
    json: values.has("json"),
    quiet: values.has("quiet"),
  };
}

function textOf(values: Values, name: string): string | undefined {
  const value = values.get(name);
  return value === true ? undefined : value;
}

function toSide(side: Side, values: Values): SideRequest {
  const list = textOf(values, side);
  if (list === undefined) {
    const file = side === "from" ? ", or --from-snapshot FILE" : "";
    throw new UsageError(`--${side} is missing: --${side} https://HOST:2379${file}`);
  }
  const urls = parseEtcdUrls(`--${side}`, list);
  const user = textOf(values, `${side}-user`);
  const passwordFile = textOf(values, `${side}-password-file`);
  if (user?.includes(":") === true) {
    throw new UsageError(
      `--${side}-user takes the name alone: a password on the command line shows in process lists. Use --${side}-password-file or the environment`,
    );
  }
  if (passwordFile !== undefined && user === undefined) {
    throw new UsageError(`--${side}-password-file is given without --${side}-user`);
  }
  const tls = toTlsFiles(side, urls, values);
  return {
    side,
    urls,
    ...(tls === undefined ? {} : { tls }),
    ...(user === undefined ? {} : { user }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
  };
}

function toTlsFiles(side: Side, urls: EtcdUrls, values: Values): TlsFiles | undefined {
  const certificateAuthority = textOf(values, `${side}-cacert`);
  const certificate = textOf(values, `${side}-cert`);
  const privateKey = textOf(values, `${side}-key`);
  const serverName = textOf(values, `${side}-server-name`);
  if (urls.scheme === "http") {
    refuseTlsFlags(side, values);
    if (!values.has("insecure-plaintext")) {
      throw new UsageError(
        `--${side} is http://: every value would cross the network readable, and could be changed on the way. Use https://, ` +
          "or add --insecure-plaintext if that is acceptable, as on a loopback address",
      );
    }
    return undefined;
  }
  if (certificateAuthority === undefined) {
    throw new UsageError(
      `--${side} is https://: name the CA that signed its server certificate with --${side}-cacert FILE`,
    );
  }
  if (privateKey !== undefined && certificate === undefined) {
    throw new UsageError(`--${side}-key is given without the certificate it belongs to: add --${side}-cert FILE`);
  }
  if (certificate !== undefined && privateKey === undefined) {
    throw new UsageError(`--${side}-cert is given without its private key: add --${side}-key FILE`);
  }
  return {
    certificateAuthority,
    ...(certificate === undefined || privateKey === undefined ? {} : { client: { certificate, privateKey } }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

function refuseTlsFlags(side: Side, values: Values): void {
  const names = ["cacert", "cert", "key", "server-name"].map((name) => `${side}-${name}`);
  const given = names.find((name) => values.has(name));
  if (given !== undefined) {
    throw new UsageError(`--${given} is given, but --${side} is http://, which does not use it. Write https://`);
  }
}

function toRange(values: Values): { range: KeyRange; prefix?: Buffer } {
  const [text, hexadecimal, allKeys] = [textOf(values, "prefix"), textOf(values, "prefix-hex"), values.has("all-keys")];
  const given = ["prefix", "prefix-hex", "all-keys"].filter((name) => values.has(name)).map((name) => `--${name}`);
  if (given.length > 1) {
    throw new UsageError(`${given.join(" and ")} exclude each other: say once which keys`);
  }
  if (allKeys) {
    return { range: ALL_KEYS };
  }
  const prefix = hexadecimal === undefined ? toPrefix(text) : fromHexadecimal(hexadecimal);
  return { range: prefixRange(prefix), prefix };
}

function toPrefix(text: string | undefined): Buffer {
  if (text === undefined || text === "") {
    throw new UsageError("--prefix is missing or empty: say which keys with --prefix /trident/, or --all-keys");
  }
  // What Node makes of bytes that are not UTF-8: the prefix would be another one than what was typed.
  if (text.includes("\u{fffd}")) {
    throw new UsageError("--prefix is not valid UTF-8. Give its bytes in hexadecimal with --prefix-hex");
  }
  return Buffer.from(text);
}

function fromHexadecimal(text: string): Buffer {
  // Buffer.from stops at the first character that it does not know, and drops half a byte: a wider prefix than was meant.
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) {
    throw new UsageError(
      "--prefix-hex takes whole bytes in hexadecimal, at least one: 2f747269ff for /tri and the byte 0xff. " +
        "For every key there is --all-keys",
    );
  }
  return Buffer.from(text, "hex");
}

/** etcd's own way to say so: from the NUL byte, the lowest key there is, without an upper bound. */
const ALL_KEYS: KeyRange = { from: Buffer.of(0), to: Buffer.of(0) };

function toRevision(text: string): bigint {
  if (!/^[1-9]\d{0,18}$/.test(text)) {
    throw new UsageError("--from-revision takes a revision as copy reports it, a positive whole number");
  }
  return BigInt(text);
}

function toLeases(text: string): Job["leases"] {
  if (text !== "refuse" && text !== "copy-without") {
    throw new UsageError("--leases takes refuse or copy-without");
  }
  return text;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const LONGEST_TIMEOUT_MILLISECONDS = 600_000;

function toMilliseconds(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(number) * (UNITS[unit] ?? 0));
  if (milliseconds < 1 || milliseconds > LONGEST_TIMEOUT_MILLISECONDS) {
    throw new UsageError("--timeout takes a number with a unit, from 1ms to 10m: 500ms, 10s, 1m");
  }
  return milliseconds;
}
