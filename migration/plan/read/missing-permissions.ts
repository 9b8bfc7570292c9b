import type { Access, ClusterReader } from "./cluster-reader.ts";
import { allOf, keyOf, type Granted, type NeededPermissions } from "./permissions.ts";

/** Those of the permissions, and then of the wished ones, that the user does not have, in their order. */
export async function readMissingPermissions(
  reader: Pick<ClusterReader, "allows">,
  needed: NeededPermissions,
  wished: readonly Access[],
): Promise<Access[]> {
  const missing = await askAll(reader, [...allOf(needed), ...wished]);
  const keys = new Set(missing.map(keyOf));
  const lacking = needed.granted.filter(({ accesses }) => accesses.some((access) => keys.has(keyOf(access))));
  const notExcused = await filterAsync(lacking, async ({ orInstead }) => (await askAll(reader, orInstead)).length > 0);
  const counts = new Set(
    [...needed.used, ...notExcused.flatMap(({ accesses }: Granted) => accesses), ...wished].map(keyOf),
  );
  return missing.filter((access) => counts.has(keyOf(access)));
}

async function filterAsync<Item>(items: readonly Item[], holds: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const answers = await Promise.all(items.map(holds));
  return items.filter((_, index) => answers[index]);
}

/** A handful of questions at a time: what else is asked of the cluster meanwhile is not to wait behind all of them. */
const askedAtOnce = 4;

async function askAll(reader: Pick<ClusterReader, "allows">, accesses: readonly Access[]): Promise<Access[]> {
  const missing = new Set<Access>();
  const left = accesses.values();
  const askOn = async (): Promise<void> => {
    for (const access of left) {
      if (!(await reader.allows(access))) missing.add(access);
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, askOn));
  return accesses.filter((access) => missing.has(access));
}
