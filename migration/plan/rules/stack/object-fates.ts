import type { PlannedObject } from "../../migration-plan.ts";

/** What becomes of objects that are there, in a run as it should be: the steps say it, or there is nothing to say. */
export const routineFates = {
  kept: "is kept; changed only where the settings ask for something else",
  movedFrom:
    "is saved, scaled to 0 and, once the copy is verified, deleted; the new Trident's Deployment takes its name",
  rolledBack: "is deleted, if it stands; the old Trident's Deployment gets its name back",
} as const;

const routine: ReadonlySet<string> = new Set(Object.values(routineFates));

/** Whether a short plan may leave it out. */
export function isRoutine({ becomes }: PlannedObject): boolean {
  return routine.has(becomes);
}
