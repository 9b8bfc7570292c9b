/** The numbers of a version, such as 19.4.0; what is missing is 0. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As it was written, without a leading v. */
  readonly text: string;
}

/** The version that an image's tag names, or that a server says; undefined for a digest or a name such as `latest`. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?((\d+)\.(\d+)(?:\.(\d+))?(?:[-+.].*)?)$/.exec(text);
  if (match === null) return undefined;
  const [, written = "", major, minor, patch] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch ?? 0), text: written };
}

export function versionOfImage(image: string): Version | undefined {
  const withoutDigest = image.split("@")[0] ?? "";
  const tag = /:([^/:]+)$/.exec(withoutDigest)?.[1];
  return tag === undefined ? undefined : parseVersion(tag);
}

/** Whether `one` is older, by major and minor: patches of one line read each other's data. */
export function isOlderLine(one: Version, other: Version): boolean {
  return one.major < other.major || (one.major === other.major && one.minor < other.minor);
}
