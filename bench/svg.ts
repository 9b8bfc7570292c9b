export type Attributes = Readonly<Record<string, string | number>>;

/** An element of an SVG document. Children are elements already written; text is escaped with svgText. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([attribute, value]) => ` ${attribute}="${escaped(formatted(value))}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

export function svgText(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escaped(words));
}

/** One element a line, so that a change of the plot shows as a change of lines. */
export function svgDocument(width: number, height: number, title: string, content: readonly string[]): string {
  const attributes: Attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "sans-serif",
    "font-size": 12,
  };
  const background = element("rect", { width, height, fill: "#ffffff" });
  return `${element("svg", attributes, "\n", [element("title", {}, escaped(title)), background, ...content].join("\n"), "\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Hundredths of a pixel are enough. */
function formatted(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}
