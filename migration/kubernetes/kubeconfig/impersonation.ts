import type { Impersonated } from "./parse-kubeconfig.ts";

/** Headers that may be there several times. */
export type RepeatedHeaders = Readonly<Record<string, string[]>>;

/** Those with which the API server takes the user for another one; none when nobody is impersonated. */
export function impersonationHeaders({ user, uid, groups, extra }: Impersonated): RepeatedHeaders {
  if (user === "") return {};
  return {
    "Impersonate-User": [user],
    ...(uid === "" ? {} : { "Impersonate-Uid": [uid] }),
    ...(groups.length === 0 ? {} : { "Impersonate-Group": [...groups] }),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, [...values]])),
  };
}

/** What a header's name can't hold, as `%2F`. */
function escapeKey(key: string): string {
  return Array.from(Buffer.from(key), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
