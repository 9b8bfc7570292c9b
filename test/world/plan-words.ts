/** What the plan's block, as it was printed, tells its reader: nothing but these words is believed. */
export type PlanWords =
  /** Nothing is begun before something is put right. */
  | { readonly kind: "blocked" }
  /** There is nothing to do. */
  | { readonly kind: "nothing" }
  /** Steps, or objects that are made again or put right, by their `Kind/name`. */
  | { readonly kind: "acts"; readonly objects: readonly string[]; readonly hasSteps: boolean }
  /** No plan was printed: it ended before. */
  | { readonly kind: "none" };

const headlines = /^\s*(?:Plan for namespace |Namespace \S+ (?:was migrated|has the Trident|was rolled back))/m;

export function planWords(printed: string): PlanWords {
  if (/Nothing is done before (?:this is|these \d+ are) put right/.test(printed)) return { kind: "blocked" };
  if (!headlines.test(printed)) return { kind: "none" };
  const hasSteps = /^\s*What happens:$/m.test(printed);
  const objects = [...printed.matchAll(/^\s*- ([A-Z][A-Za-z]+\/[\w.-]+).*(?:made again|made anew|put right)/gm)].map(
    ([, object = ""]) => object,
  );
  return hasSteps || objects.length > 0 ? { kind: "acts", objects, hasSteps } : { kind: "nothing" };
}
