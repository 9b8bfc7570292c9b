import { describeContents, toolNames, type Contents, type ToolName } from "./cases.ts";
import type { ResultRow } from "./results.ts";
import { element, svgDocument, svgText } from "./svg.ts";
import { formatSeconds } from "./table.ts";

/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const colors: Readonly<Record<ToolName, string>> = {
  "ours-copy": "#0072b2",
  "ours-copy-verify": "#56b4e9",
  "make-mirror": "#e69f00",
  "vendor-copy": "#d55e00",
  "go-concurrent": "#009e73",
};

const bar = { height: 12, gap: 2 };
const groupGap = 16;
const legendWidth = 34 + toolNames.length * 140 + 200;
const panel = { labels: 140, width: 300, gap: 90, top: 76 };

/**
 * One panel a round trip, one group of bars a case, one bar a tool: the median of its seconds on a logarithmic axis, with
 * a line from the least to the most. Pale bars were scaled up from fewer keys.
 */
export function plotResults(rows: readonly ResultRow[]): string {
  const contents = distinctContents(rows);
  const roundTrips = [...new Set(rows.map(({ rttMs }) => rttMs))].sort((one, other) => one - other);
  const axis = logarithmicAxis(rows);
  const groupHeights = contents.map((each) => toolsOf(rows, each).length * (bar.height + bar.gap) + groupGap);
  const bottom = panel.top + groupHeights.reduce((sum, height) => sum + height, 0);
  const width = Math.max(legendWidth, panel.labels + roundTrips.length * (panel.width + panel.gap));
  const content = [
    svgText(16, 26, "Copying etcd to etcd: seconds, logarithmic; shorter is better", { "font-size": 16 }),
    ...legend(),
    ...contents.map((each, group) => svgText(16, groupTop(groupHeights, group) + bar.height, describeContents(each))),
    ...roundTrips.flatMap((rttMs, index) => {
      const left = panel.labels + index * (panel.width + panel.gap);
      return [
        ...grid(axis, left, bottom, `${rttMs} ms of round trip added`),
        ...contents.flatMap((each, group) => bars(rows, each, rttMs, axis, left, groupTop(groupHeights, group))),
      ];
    }),
  ];
  return svgDocument(width, bottom + 30, "Copying etcd to etcd", content);
}

interface Axis {
  readonly decades: readonly number[];
  /** Pixels from the left edge of a panel. */
  position(seconds: number): number;
}

function logarithmicAxis(rows: readonly ResultRow[]): Axis {
  const first = Math.floor(Math.log10(Math.min(...rows.map(({ seconds }) => seconds.min), 1)));
  const last = Math.ceil(Math.log10(Math.max(...rows.map(({ seconds }) => seconds.max), 10)));
  return {
    decades: Array.from({ length: last - first + 1 }, (_, index) => first + index),
    position: (seconds) => ((Math.log10(seconds) - first) / (last - first)) * panel.width,
  };
}

function grid(axis: Axis, left: number, bottom: number, title: string): string[] {
  return [
    svgText(left, panel.top - 10, title, { "font-weight": "bold" }),
    ...axis.decades.flatMap((decade) => {
      const x = left + axis.position(10 ** decade);
      return [
        element("line", { x1: x, x2: x, y1: panel.top - 4, y2: bottom, stroke: "#dddddd" }),
        svgText(x, bottom + 16, `${10 ** decade} s`, { "text-anchor": "middle", fill: "#555555" }),
      ];
    }),
  ];
}

function bars(
  rows: readonly ResultRow[],
  contents: Contents,
  rttMs: number,
  axis: Axis,
  left: number,
  top: number,
): string[] {
  return toolsOf(rows, contents).flatMap((tool, index) => {
    const row = rows.find((each) => each.tool === tool && each.rttMs === rttMs && isSame(each, contents));
    if (row === undefined) return [];
    const { median, min, max } = row.seconds;
    const y = top + index * (bar.height + bar.gap);
    const middle = y + bar.height / 2;
    const scaled = row.scaledFromKeys !== undefined;
    return [
      element("rect", {
        x: left,
        y,
        width: Math.max(1, axis.position(median)),
        height: bar.height,
        fill: colors[tool],
        "fill-opacity": scaled ? 0.45 : 1,
      }),
      element("line", {
        x1: left + axis.position(min),
        x2: left + axis.position(max),
        y1: middle,
        y2: middle,
        stroke: "#000000",
      }),
      svgText(left + axis.position(max) + 5, y + bar.height - 2, `${formatSeconds(median)}${scaled ? " *" : ""}`, {
        "font-size": 10,
      }),
    ];
  });
}

function legend(): string[] {
  const items = toolNames.flatMap((tool, index) => [
    element("rect", { x: 16 + index * 140, y: 37, width: 12, height: 12, fill: colors[tool] }),
    svgText(34 + index * 140, 47, tool),
  ]);
  return [...items, svgText(34 + toolNames.length * 140, 47, "* pale: scaled up from fewer keys")];
}

function groupTop(heights: readonly number[], group: number): number {
  return panel.top + heights.slice(0, group).reduce((sum, height) => sum + height, 0);
}

/** In the order of the table. */
function toolsOf(rows: readonly ResultRow[], contents: Contents): ToolName[] {
  return toolNames.filter((tool) => rows.some((row) => row.tool === tool && isSame(row, contents)));
}

function distinctContents(rows: readonly ResultRow[]): Contents[] {
  return rows.filter((row, index) => rows.findIndex((other) => isSame(other, row)) === index);
}

function isSame(one: Contents, other: Contents): boolean {
  return one.keys === other.keys && one.valueBytes === other.valueBytes;
}
