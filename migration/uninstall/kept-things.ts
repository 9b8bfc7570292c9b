/** Something that a destroy leaves where it is. Plain JSON: it is part of the plan, and of a stack's state. */
export interface KeptThing {
  /** Such as `namespace trident`. */
  readonly what: string;
  /** Removes it, or lists what there is to remove; absent where nobody should. */
  readonly command?: string;
  /** How to see whether it is there; without it, it is taken to be. */
  readonly look?: Look;
  /** The Deployment, by its path in the API, and its name, that needs it as long as it is there. */
  readonly neededBy?: { readonly path: string; readonly name: string };
}

export type Look =
  /** One object, by its path in the API. */
  | { readonly path: string }
  /** Those in a list with an annotation of that value. */
  | { readonly list: string; readonly annotation: string; readonly value: string }
  /** The snapshots of a namespace's etcds in a folder of this machine. */
  | { readonly snapshotDirectory: string; readonly namespace: string };

/** As the plan says it, before anything is looked for. */
export function describeKept({ what, command }: KeptThing): string {
  return command === undefined ? what : `${what}: \`${command}\``;
}
