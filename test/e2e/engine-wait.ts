/** A step as the engine's events tell of it. */
export interface ToldStep {
  readonly op: string;
  readonly type: string;
  readonly detailedDiff?: object | null;
}

/** An update of an object without a difference: it was not ready when it was looked at, and the engine only waits for it again. */
export function isWait({ op, type, detailedDiff }: ToldStep): boolean {
  return op === "update" && type.startsWith("kubernetes:") && Object.keys(detailedDiff ?? {}).length === 0;
}
