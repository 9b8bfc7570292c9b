/** What came of one act on an etcd that a client used. */
export interface ServiceRow {
  readonly act: string;
  readonly longestGapMilliseconds: number;
  readonly acknowledged: number;
  readonly lost: number;
  /** How many writes the plan or the report said beforehand would be lost, in its own words; empty for none. */
  readonly said: string;
}

/** As Markdown. */
export function serviceTable(rows: readonly ServiceRow[]): string {
  return [
    "| what was done | longest gap in the client's service | writes acknowledged | of these lost | said beforehand |",
    "| --- | --: | --: | --: | --- |",
    ...rows.map(({ act, longestGapMilliseconds, acknowledged, lost, said }) => {
      return `| ${act} | ${(longestGapMilliseconds / 1000).toFixed(1)} s | ${acknowledged} | ${lost} | ${said === "" ? "none" : said} |`;
    }),
  ].join("\n");
}
