/** How far a snapshot's file was read while it is opened: once for its checksum, then for its keys. */
export interface OpeningProgress {
  readonly part: "checksum" | "keys";
  readonly bytesDone: number;
  /** Of the database: its keys take less of it than all. */
  readonly bytesTotal: number;
}

export type ReportOpening = (progress: OpeningProgress) => void;
