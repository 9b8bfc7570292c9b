/** Where the state is restored from. */
export type RestoreSource =
  /** A snapshot on this machine. */
  | { readonly kind: "file"; readonly path: string }
  /** A snapshot on the claim of the schedule: its file's name, or the newest. */
  | { readonly kind: "claim"; readonly name: string }
  /** What a member still has whose etcd has lost the others. */
  | { readonly kind: "member" }
  /** What the old Trident's etcd has left on its claim. */
  | { readonly kind: "legacyClaim" };

const onClaim = "claim:";
/** In place of a name: the newest of those on the claim. */
export const newestOnClaim = "newest";

/** Raises an Error that says how to write it. A file of such a name is `./member`. */
export function parseRestoreSource(text: string): RestoreSource {
  if (text === "member" || text === "legacyClaim") return { kind: text };
  if (!text.startsWith(onClaim)) return { kind: "file", path: text };
  const name = text.slice(onClaim.length);
  if (name !== newestOnClaim && !/^[A-Za-z0-9][\w.-]{0,250}\.db$/.test(name)) {
    throw new Error(
      `after ${onClaim} comes the name of a snapshot on the claim, which ends in .db, or ${newestOnClaim}.`,
    );
  }
  return { kind: "claim", name };
}

/** In the middle of a sentence. */
export function describeRestoreSource(source: RestoreSource): string {
  switch (source.kind) {
    case "file":
      return `the snapshot ${source.path}`;
    case "claim":
      return source.name === newestOnClaim
        ? "the newest snapshot on the schedule's claim"
        : `the snapshot ${source.name} on the schedule's claim`;
    case "member":
      return "what a surviving member has";
    case "legacyClaim":
      return "what is on the old Trident's claim";
  }
}
