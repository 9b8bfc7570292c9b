import type { PreviewCell } from "./preview-options.ts";

/** A command ended well, but did not do what is to be timed: the run scores nothing. */
export class WrongRunError extends Error {
  override readonly name = "WrongRunError";
  constructor({ what, keys }: PreviewCell, why: string) {
    super(`${what}, ${keys.toLocaleString("en")} keys: ${why}`);
  }
}

/** @throws WrongRunError when the output shows something else than what the cell is about */
export function checkRun(cell: PreviewCell, printed: string): void {
  switch (cell.what) {
    case "preview":
      requirePlanOf(cell, printed);
      break;
    case "preview without the plan":
      if (plannedKeys(printed) !== undefined) throw new WrongRunError(cell, "it planned");
      requireCreations(cell, printed);
      break;
    case "up without changes":
      if (!printed.includes("nothing is copied again")) throw new WrongRunError(cell, "it printed no plan");
      requireNoChange(cell, printed, 10);
      break;
    case "up of an empty program":
    case "up of an empty program that loads Pulumi":
      requireNoChange(cell, printed, 1);
      break;
  }
}

function requirePlanOf(cell: PreviewCell, printed: string): void {
  const planned = plannedKeys(printed);
  if (planned !== cell.keys.toLocaleString("en")) {
    throw new WrongRunError(cell, `the plan speaks of ${planned ?? "no"} keys`);
  }
  requireCreations(cell, printed);
}

/** As the whole plan says it. */
function plannedKeys(printed: string): string | undefined {
  return /^ *keys +([\d,]+): /m.exec(printed)?.[1];
}

function requireCreations(cell: PreviewCell, printed: string): void {
  if (!/^ *\+ \d+ to create$/m.test(printed)) throw new WrongRunError(cell, "it does not show what would be created");
}

/** In the preview of the up and in the up itself. */
function requireNoChange(cell: PreviewCell, printed: string, leastResources: number): void {
  const unchanged = [...printed.matchAll(/^Resources:\n {4}(\d+) unchanged$/gm)].map(([, count]) => Number(count));
  if (unchanged.length !== 2 || unchanged.some((count) => count < leastResources)) {
    throw new WrongRunError(cell, "it changed something, or did not say that it changed nothing");
  }
}
