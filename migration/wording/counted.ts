/** `4,821` */
export function describeCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 key`, `4,821 keys` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${describeCount(count)} ${count === 1 ? one : many}`;
}

/** With a capital letter, as a sentence begins. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `is` or `are`, for instance. */
export function agreeing(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** The first few of what was found, such as `a, b and 3 more`. */
export function listed({ count, first }: { readonly count: number; readonly first: readonly string[] }): string {
  return `${first.join(", ")}${count > first.length ? ` and ${count - first.length} more` : ""}`;
}
