import type { X509Certificate } from "node:crypto";
import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import type { EtcdTls, MemberAddress } from "./etcd-target.ts";

/** What a member shows to whoever connects, before it is asked for anything that is in it. */
export interface ServerGreeting {
  /** Its certificate, whoever signed it and whether or not it has expired. */
  readonly certificate?: X509Certificate;
  /** The version that its whole cluster is run as, which is that of its oldest member: `3.4.0`. */
  readonly clusterVersion?: string;
}

/**
 * Asks a member's client or peer port for /version. The certificate is only looked at: nothing that is secret is sent, and what is
 * answered is relied on for nothing. What it does not show within the time is left out.
 */
export function readServerGreeting(
  { host, port }: MemberAddress,
  { certificate: cert, privateKey: key, serverName }: EtcdTls,
  timeoutMilliseconds = 3_000,
): Promise<ServerGreeting> {
  const { promise, resolve } = Promise.withResolvers<ServerGreeting>();
  let certificate: X509Certificate | undefined;
  const asking = request({
    ...{ host, port, cert, key, path: "/version", agent: false, rejectUnauthorized: false },
    ...(serverName === undefined ? {} : { servername: serverName }),
    timeout: timeoutMilliseconds,
  });
  const end = (clusterVersion?: string): void => {
    asking.destroy();
    resolve({
      ...(certificate === undefined ? {} : { certificate }),
      ...(clusterVersion === undefined ? {} : { clusterVersion }),
    });
  };
  asking.once("socket", (socket) => {
    const look = (): void => {
      certificate ??= (socket as TLSSocket).getPeerX509Certificate();
    };
    socket.once("secureConnect", look);
    // A server that turns our certificate down has shown its own before.
    socket.once("error", look);
  });
  asking.once("response", (answer) => {
    let text = "";
    answer.setEncoding("utf8");
    answer.on("data", (piece: string) => {
      text = (text + piece).slice(0, longestAnswer);
    });
    answer.once("error", () => {
      end();
    });
    answer.once("end", () => {
      end(versionIn(text));
    });
  });
  asking.on("error", () => {
    end();
  });
  asking.once("timeout", () => {
    end();
  });
  asking.end();
  return promise;
}

const longestAnswer = 1_000;

function versionIn(text: string): string | undefined {
  return /"etcdcluster"\s*:\s*"(\d[\w.+-]*)"/.exec(text)?.[1];
}
