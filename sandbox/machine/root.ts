/** The sandbox can only be started and stopped as root. */
export class RootNeededError extends Error {
  override readonly name = "RootNeededError";
  constructor() {
    super("The sandbox is made of network namespaces, mounts and cgroups: run this as root.");
  }
}

/** @throws RootNeededError */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new RootNeededError();
}
