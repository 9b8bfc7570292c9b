import assert from "node:assert/strict";
import { test } from "node:test";
import { toolNames } from "../../bench/cases.ts";
import { plotResults } from "../../bench/plot.ts";
import { element, svgText } from "../../bench/svg.ts";
import { row } from "./result-rows.ts";

test("the plot is well-formed and has a bar for each row", () => {
  const rows = [0, 2, 20].flatMap((rttMs) =>
    toolNames.map((tool, index) => row(tool, 10_000, 10 ** (index - 1) + rttMs, { rttMs })),
  );
  const svg = plotResults(rows);
  assertWellFormed(svg);
  const legend = toolNames.length;
  const background = 1;
  assert.equal(svg.match(/<rect /g)?.length, background + legend + rows.length);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test("a scaled bar is pale", () => {
  assert.match(plotResults([row("vendor-copy", 10_000, 20, { scaledFromKeys: 1_000 })]), /fill-opacity="0\.45"/);
  assert.doesNotMatch(plotResults([row("vendor-copy", 10_000, 20)]), /fill-opacity="0\.45"/);
});

test("text and attributes are escaped", () => {
  assert.equal(svgText(1, 2, 'a < b & "c"'), '<text x="1" y="2">a &lt; b &amp; &quot;c&quot;</text>');
  assert.equal(element("g", { id: '"<' }), '<g id="&quot;&lt;"/>');
});

/** Every element that is opened is closed, in order. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (closing === "/") assert.equal(open.pop(), name);
    else if (selfClosing !== "/") open.push(name ?? "");
  }
  assert.deepEqual(open, []);
  // What is left outside of tags has no stray bracket.
  assert.doesNotMatch(svg.replaceAll(/<\/?[a-z]+(?:\s[^<>]*?)?\/?>/g, ""), /[<>]/);
}
