/**
 * The names that a mistyped one most likely stands for, best first; empty when none is near. Whole words of a
 * candidate count as near: `cacert` may be `from-cacert` or `to-cacert`.
 */
export function nearestNames(typed: string, candidates: readonly string[]): string[] {
  const containing = candidates.filter((candidate) => `-${candidate}-`.includes(`-${typed}-`));
  if (containing.length > 0) {
    return containing;
  }
  const distances = candidates.map((candidate) => ({ candidate, distance: editDistance(typed, candidate) }));
  const nearest = distances.reduce((best, entry) => (entry.distance < best.distance ? entry : best), {
    candidate: "",
    distance: mostDistance(typed),
  });
  return nearest.candidate === "" ? [] : [nearest.candidate];
}

/** Two slips, or one in a very short name, or a third of a long one; the bound itself is out. */
function mostDistance(typed: string): number {
  return typed.length < 4 ? 2 : Math.max(3, Math.floor(typed.length / 3) + 1);
}

/** How many characters must be added, dropped or replaced to get from one name to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, character] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
