import type { ReportOpening } from "../../snapshot/file/opening-progress.ts";
import type { Progress } from "./progress-display.ts";

/** A smaller file is read in a moment: nobody has to be told that it goes on. */
const smallBytes = 64 * 1024 * 1024;

/** Shows how far a snapshot's file was read while it is opened. */
export function openingProgress(show: (progress: Progress) => void): ReportOpening {
  return ({ part, bytesDone, bytesTotal }) => {
    if (bytesTotal < smallBytes) return;
    show({
      phase: part === "checksum" ? "readingFile" : "findingKeys",
      keysDone: 0,
      keysTotal: 0,
      bytesDone,
      bytesTotal,
    });
  };
}
