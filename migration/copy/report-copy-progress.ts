import { counted } from "../wording/counted.ts";
import type { StateProgress } from "./copy-until-verified.ts";
import { atMostEverySecond } from "../wording/report-now-and-then.ts";

/** Tells of a copy in lines, about one a second. `before` says what of it was there already, after a comma. */
export function reportCopyProgress(report: (line: string) => void, before = ""): (progress: StateProgress) => void {
  const sometimes = atMostEverySecond(report);
  let lastPhase: StateProgress["phase"] | undefined;
  return ({ phase, keysDone, keysTotal, bytesDone }) => {
    if (phase === "verifying" && lastPhase !== phase) {
      report(`Copied all of it: ${counted(keysTotal, "key")} (${counted(bytesDone, "byte")})${before}. Verifying.`);
    } else if (phase !== "checking") {
      sometimes(() => `${phase === "verifying" ? "Compared" : "Copied"} ${keysDone} of ${counted(keysTotal, "key")}.`);
    }
    lastPhase = phase;
  };
}
