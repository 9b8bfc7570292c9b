/** What is used of a published OpenAPI (v2). */
export interface Swagger {
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly "x-kubernetes-group-version-kind"?: GroupVersionKind } }>
  >;
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Definition {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/** Facts of all versions, condensed. Spans are `since..until`, both by minor version of Kubernetes 1 and inclusive. */
export interface PublishedFields {
  readonly versions: string;
  /** By `group/version Kind`: in which versions it is served, and the name of its definition. */
  readonly kinds: Readonly<Record<string, readonly [span: string, definition: string]>>;
  /**
   * By definition and field: a span, and the definition of what is in it, or of each element of a list. Empty for any that has no
   * fields of its own, such as a text; `{}` before it for a map, whose keys are no fields.
   */
  readonly definitions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** @param resources The paths under which objects of the kinds are made. */
export function publishedFields(versions: ReadonlyMap<number, Swagger>, resources: readonly string[]): PublishedFields {
  const minors = [...versions.keys()];
  const kinds: Record<string, readonly [string, string]> = {};
  const definitions: Record<string, Record<string, string>> = {};
  const open: string[] = [];
  for (const resource of resources) {
    const served = minors.filter((minor) => kindAt(versions.get(minor), resource) !== undefined);
    const [first] = served;
    const kind = first === undefined ? undefined : kindAt(versions.get(first), resource);
    if (first === undefined || kind === undefined) throw new Error(`no version serves ${resource}`);
    const name = definitionOf(versions.get(first), kind);
    const groupVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
    kinds[`${groupVersion} ${kind.kind}`] = [spanOf(served, resource), name];
    open.push(name);
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (definitions[name] !== undefined) continue;
    const fields: Record<string, string> = {};
    for (const [field, known] of fieldsOf(name, versions)) {
      fields[field] = `${spanOf(known.minors, `${name}.${field}`)} ${known.type}`.trim();
      const inner = known.type.replace("{}", "");
      if (inner !== "") open.push(inner);
    }
    definitions[name] = Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  const sorted = Object.entries(definitions).sort(([one], [other]) => (one < other ? -1 : 1));
  return { versions: spanOf(minors, "versions"), kinds, definitions: Object.fromEntries(sorted) };
}

function kindAt(swagger: Swagger | undefined, resource: string): GroupVersionKind | undefined {
  return swagger?.paths[resource]?.post?.["x-kubernetes-group-version-kind"];
}

function definitionOf(swagger: Swagger | undefined, kind: GroupVersionKind): string {
  const found = Object.entries(swagger?.definitions ?? {}).find(([, definition]) => {
    const [only, another] = definition["x-kubernetes-group-version-kind"] ?? [];
    return another === undefined && JSON.stringify(only) === JSON.stringify(kind);
  });
  const name = found?.[0] ?? Object.keys(swagger?.definitions ?? {}).find((each) => each.endsWith(`.${kind.kind}`));
  if (name === undefined) throw new Error(`no definition of ${kind.kind}`);
  return shortened(name);
}

function fieldsOf(
  name: string,
  versions: ReadonlyMap<number, Swagger>,
): ReadonlyMap<string, { readonly minors: number[]; readonly type: string }> {
  const fields = new Map<string, { minors: number[]; type: string }>();
  for (const [minor, { definitions }] of versions) {
    const full = Object.keys(definitions).find((each) => shortened(each) === name);
    for (const [field, schema] of Object.entries((full === undefined ? {} : definitions[full]?.properties) ?? {})) {
      const known = fields.get(field) ?? { minors: [], type: "" };
      fields.set(field, { minors: [...known.minors, minor], type: typeOf(schema, definitions) });
    }
  }
  return fields;
}

function typeOf(schema: Schema, definitions: Swagger["definitions"]): string {
  if (schema.items !== undefined) return typeOf(schema.items, definitions);
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") return `{}${typeOf(additionalProperties, definitions)}`;
  if (schema.$ref === undefined) return schema.type === "object" ? "{}" : "";
  const name = schema.$ref.replace("#/definitions/", "");
  return definitions[name]?.properties === undefined ? "{}" : shortened(name);
}

/** Such as `core.v1.PodSpec`, which names it as well. */
function shortened(name: string): string {
  return name.split(".").slice(-3).join(".");
}

function spanOf(minors: readonly number[], what: string): string {
  const [first = 0, last = 0] = [minors[0], minors.at(-1)];
  if (minors.length !== last - first + 1) throw new Error(`${what} comes and goes: ${minors.join(", ")}`);
  return `${first}..${last}`;
}
