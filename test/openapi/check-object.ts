import { readFileSync } from "node:fs";
import type { PublishedFields } from "./published-fields.ts";

/** As it is sent to the API server. */
export interface SentObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly [field: string]: unknown;
}

export const published = JSON.parse(
  readFileSync(new URL("published-fields.json", import.meta.url), "utf8"),
) as PublishedFields;

/** What of an object a version of Kubernetes (by its minor) does not serve or know, each with its path. */
export function problemsOf(object: SentObject, minor: number): string[] {
  const kind = `${String(object.apiVersion)} ${String(object.kind)}`;
  const found = published.kinds[kind];
  if (found === undefined) return [`${kind} is not among the kinds in published-fields.json: see condense.ts`];
  const [span, definition] = found;
  if (!isWithin(minor, span)) return [`${kind} is served in ${span}`];
  return problemsIn(object, definition, minor, String(object.kind));
}

function problemsIn(value: unknown, definition: string, minor: number, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => problemsIn(each, definition, minor, `${path}[]`));
  if (typeof value !== "object" || value === null) return [];
  if (definition.startsWith("{}")) {
    const inner = definition.slice(2);
    return inner === "" ? [] : Object.values(value).flatMap((each) => problemsIn(each, inner, minor, `${path}{}`));
  }
  const fields = published.definitions[definition];
  if (fields === undefined) return [`${path} is an object, and ${definition || "a plain value"} has no fields`];
  return [
    ...withoutProtocol(value, definition, path),
    ...Object.entries(value).flatMap(([name, each]) => {
      const field = asPublished(name);
      const known = fields[field];
      if (known === undefined) return each === undefined ? [] : [`${path}.${field} is in no version`];
      const [span = "", inner = ""] = known.split(" ");
      if (!isWithin(minor, span)) return [`${path}.${field} is there in ${span}`];
      return problemsIn(each, inner, minor, `${path}.${field}`);
    }),
  ];
}

/** Its default is a key of these lists, without which nothing is applied before 1.21. */
function withoutProtocol(value: object, definition: string, path: string): string[] {
  const isPort = ["core.v1.ContainerPort", "core.v1.ServicePort"].includes(definition);
  return isPort && !("protocol" in value) ? [`${path} has no protocol`] : [];
}

/** As the SDK spells it, such as `x_kubernetes_preserve_unknown_fields`. */
function asPublished(name: string): string {
  return name.startsWith("x_kubernetes_") ? name.replaceAll("_", "-") : name;
}

export function isWithin(minor: number, span: string): boolean {
  const [since = 0, until = 0] = span.split("..").map(Number);
  return minor >= since && minor <= until;
}
