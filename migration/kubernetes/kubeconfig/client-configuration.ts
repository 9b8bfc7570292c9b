import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { getCACertificates } from "node:tls";
import { KubeConfig, type Cluster, type RequestContext, type User } from "@kubernetes/client-node";
import { describeFailure } from "../../wording/describe-failure.ts";
import type { ChosenAccess } from "./choose-access.ts";
import { environmentProxy } from "./environment-proxy.ts";
import { execOf } from "./exec-plugin.ts";
import { impersonationHeaders, type RepeatedHeaders } from "./impersonation.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import type { ClusterEntry, UserEntry } from "./parse-kubeconfig.ts";
import type { Environment } from "./read-kubeconfig.ts";
import { throughSocks } from "./through-socks.ts";

type DispatcherOptions = ReturnType<KubeConfig["createDispatcherOptions"]>;

/** How long a credential plugin may take. */
const credentialSeconds = 60;

/**
 * client-node's configuration of one cluster, with what kubectl does and client-node does not, for plain calls and WebSockets alike:
 * proxies of the environment, all of an impersonation, a `tokenFile` read anew each time, the system's authorities where a kubeconfig
 * names none, no credentials without TLS. Credentials that can't be had raise KubeconfigError.
 */
export class ClientConfiguration extends KubeConfig {
  /** Without its credentials; undefined where there is none between. */
  readonly proxy: string | undefined;
  readonly #user: UserEntry | undefined;
  readonly #impersonation: RepeatedHeaders;

  constructor(access: ChosenAccess, environment: Environment) {
    super();
    const { context, server } = access;
    const proxyUrl = access.cluster.proxyUrl === "" ? environmentProxy(server, environment) : access.cluster.proxyUrl;
    this.proxy = proxyUrl === undefined ? undefined : withoutCredentials(proxyUrl);
    this.#user = server.startsWith("https:") ? access.user : undefined;
    this.#impersonation = access.user === undefined ? {} : impersonationHeaders(access.user.impersonated);
    this.addAuthenticator({
      isAuthProvider: () => (this.#user?.tokenFile ?? "") !== "",
      applyAuthentication: (_, options) => {
        if (this.#user !== undefined) applyTokenFile(this.#user, options as RequestOptions);
        return Promise.resolve();
      },
    });
    this.loadFromOptions({
      clusters: [
        {
          ...clusterOf(access),
          name: context,
          ...(proxyUrl === undefined ? {} : { proxyUrl: asClientNode(proxyUrl) }),
        } satisfies Cluster,
      ],
      users: [{ ...userOf(this.#user, access), name: context } satisfies User],
      contexts: [{ name: context, cluster: context, user: context }],
      currentContext: context,
    });
  }

  /** For plain calls; client-node's own way through SOCKS knows neither `tls-server-name` nor the proxy's user. */
  override createDispatcherOptions(...given: Parameters<KubeConfig["createDispatcherOptions"]>): DispatcherOptions {
    const options = super.createDispatcherOptions(...given);
    if (options.type !== "socks") return options;
    // undici takes a function there, too; client-node's type does not say so.
    return { type: "agent", connect: throughSocks(options.uri, options.requestTls) as object };
  }

  override async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    await this.#explained(() => super.applyToHTTPSOptions(options));
    options.headers = { ...(options.headers as OutgoingHttpHeaders | undefined), ...this.#impersonation };
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await this.#explained(() => super.applySecurityAuthentication(context));
    if (Object.keys(this.#impersonation).length === 0) return;
    // Below `fetch`, which would make one header of several groups, and so another group.
    const dispatcher = context.getDispatcher();
    if (dispatcher === undefined) throw new KubeconfigError("its impersonation can't be sent");
    context.setDispatcher(
      dispatcher.compose((dispatch) => (options, handler) => {
        const headers = { ...(options.headers as Record<string, string>), ...this.#impersonation };
        return dispatch({ ...options, headers }, handler);
      }),
    );
  }

  /** What a plugin or a login service prints, and so client-node's errors, may hold a token. */
  async #explained(apply: () => Promise<void>): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      reject,
      credentialSeconds * 1000,
      new KubeconfigError(this.#credentialTrouble({ isLate: true })),
    );
    try {
      await Promise.race([apply(), late]);
    } catch (error) {
      if (error instanceof KubeconfigError) throw error;
      throw new KubeconfigError(this.#credentialTrouble({ error }));
    } finally {
      clearTimeout(timer);
    }
  }

  #credentialTrouble({ error, isLate = false }: { readonly error?: unknown; readonly isLate?: boolean }): string {
    const { code } = (error ?? {}) as { code?: string };
    const { exec } = this.#user ?? {};
    if (exec !== undefined) {
      const plugin = `the credential plugin ${exec.command}`;
      if (code === "ENOENT")
        return `${plugin} is not there (spawn ENOENT): install it, or correct exec.command of the kubeconfig`;
      if (code !== undefined) return `${plugin} can't be run (${code})`;
      const fails = isLate ? `gives no credentials within ${credentialSeconds} s` : "gives no credentials";
      return `${plugin} ${fails}; see what it says with \`kubectl get namespaces\`, and log in again`;
    }
    return code === undefined ? "its credentials can't be used" : describeFailure(error);
  }
}

/** As `socks5` kubectl has the proxy look names up, client-node this machine, where a bastion's are not known. */
function asClientNode(proxyUrl: string): string {
  return proxyUrl.replace(/^socks5:/i, "socks5h:");
}

function clusterOf({ server, cluster }: ChosenAccess): Omit<Cluster, "name"> {
  const { tlsServerName } = cluster;
  // client-node takes plain http only so.
  if (server.startsWith("http:")) return { server, skipTLSVerify: true };
  return { server, ...trustedBy(cluster), ...(tlsServerName === "" ? {} : { tlsServerName }) };
}

function trustedBy({
  skipVerification,
  certificateAuthority: { data, file },
}: ClusterEntry): Omit<Cluster, "name" | "server"> {
  if (skipVerification) return { skipTLSVerify: true };
  const isGiven = data !== "" || file !== "";
  return { skipTLSVerify: false, caFile: file, caData: isGiven ? data : systemAuthorities() };
}

function userOf(user: UserEntry | undefined, access: ChosenAccess): Omit<User, "name"> {
  if (user === undefined) return {};
  const { certificate, key, tokenFile, token, username, password, exec } = user;
  return {
    certData: certificate.data,
    certFile: certificate.file,
    keyData: key.data,
    keyFile: key.file,
    ...(tokenFile === "" ? { token } : {}),
    username,
    password,
    ...(exec === undefined ? {} : { exec: execOf(exec, access) }),
  };
}

function applyTokenFile({ tokenFile, token, fields }: UserEntry, options: RequestOptions): void {
  options.headers = { ...(options.headers as OutgoingHttpHeaders | undefined), Authorization: `Bearer ${read()}` };

  function read(): string {
    try {
      return readFileSync(tokenFile, "utf8").trim();
    } catch (error) {
      if (token !== "") return token;
      return fields.refuse(
        "tokenFile",
        `names a file that can't be read (${describeFailure(error)}): correct the path`,
      );
    }
  }
}

let knownAuthorities: string | undefined;

/** As kubectl, which knows those of the system; Node alone would know only those that it was built with. In base64. */
function systemAuthorities(): string {
  knownAuthorities ??= Buffer.from(
    [...new Set([...getCACertificates("default"), ...getCACertificates("system")])].join("\n"),
  ).toString("base64");
  return knownAuthorities;
}

function withoutCredentials(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}
