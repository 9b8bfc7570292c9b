import { readFileSync } from "node:fs";
import type { EtcdTarget } from "../etcd/etcd-target.ts";
import { passwordVariable } from "./words/flags.ts";
import type { SideRequest, TlsFiles } from "./words/parse-command.ts";
import { UsageError } from "./words/usage-error.ts";

/**
 * Reads the files that a side's flags name, and its password. A file that cannot be read ends the command: there is no
 * falling back to fewer safeguards.
 *
 * @throws UsageError that names the flag and the file; never anything of the content.
 */
export function readTarget(request: SideRequest, environment: NodeJS.ProcessEnv): EtcdTarget {
  const { urls, tls, user } = request;
  return {
    addresses: urls.addresses,
    ...(tls === undefined ? {} : { tls: readTls(request, tls) }),
    ...(user === undefined ? {} : { credentials: { username: user, password: readPassword(request, environment) } }),
  };
}

function readTls({ side }: SideRequest, { certificateAuthority, client, serverName }: TlsFiles) {
  return {
    certificateAuthority: readFlagFile(`--${side}-cacert`, certificateAuthority),
    ...(client === undefined
      ? {}
      : {
          certificate: readFlagFile(`--${side}-cert`, client.certificate),
          privateKey: readFlagFile(`--${side}-key`, client.privateKey),
        }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

function readPassword({ side, passwordFile }: SideRequest, environment: NodeJS.ProcessEnv): string {
  const variable = passwordVariable(side);
  const flag = `--${side}-password-file`;
  const password =
    passwordFile === undefined
      ? environment[variable]
      : // Editors and echo end a file with a newline that does not belong to the password.
        readFlagFile(flag, passwordFile)
          .toString("utf8")
          .replace(/\r?\n$/, "");
  if (password === undefined) {
    throw new UsageError(`--${side}-user needs a password: name a file with ${flag}, or set ${variable}`);
  }
  if (password === "") {
    throw new UsageError(`the password for --${side}-user is empty (${passwordFile === undefined ? variable : flag})`);
  }
  return password;
}

function readFlagFile(flag: string, path: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${flag}: the file ${path} ${reasonOf(error)}. Check the path and its permissions`);
  }
  if (content.length === 0) {
    throw new UsageError(`${flag}: the file ${path} is empty`);
  }
  return content;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    case "EISDIR":
      return "is a directory";
    default:
      return `cannot be read (${String(code)})`;
  }
}
