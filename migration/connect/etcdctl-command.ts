import type { KeyPrefix } from "../copy/store/key-range.ts";

/** The command with which a person removes what is below the prefix; the files are that person's own. */
export function deletionCommand(endpoints: readonly string[], prefix: KeyPrefix): string {
  const flags = endpoints.some((endpoint) => endpoint.startsWith("https:"))
    ? " --cacert=CA.crt --cert=CLIENT.crt --key=CLIENT.key"
    : "";
  return `ETCDCTL_API=3 etcdctl --endpoints=${endpoints.join(",")}${flags} del --prefix ${prefix.text}`;
}
