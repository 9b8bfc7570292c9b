import { checkSource as checkKeys } from "../../copy/check-source.ts";
import { EmptySourceError } from "../../copy/errors.ts";
import type { KeyPrefix } from "../../copy/store/key-range.ts";
import type { KeyValueStore, StoredKeyValue } from "../../copy/store/key-value-store.ts";
import type { LegacyTrident } from "./legacy-trident.ts";
import { confirmDifferences } from "../state/confirm-differences.ts";
import { BlockedError } from "../../blockers/blocker.ts";
import { StateCheck, type StateFindings, type TridentNames } from "../state/check-state.ts";
import { brokenReferences, emptySource, legacyDisagrees } from "../../blockers/state-blockers.ts";

/**
 * Raises BlockedError: emptySource when the legacy etcd has no state, brokenReferences when no Trident can start on it,
 * legacyDisagrees when it is not what the one that serves from it lists; and what `copy/check-source.ts` raises for keys that can't be
 * copied. Answers how many keys there are.
 */
export async function checkSource(options: {
  readonly source: KeyValueStore;
  /** When given, it is asked whether it takes the largest values. */
  readonly destination?: KeyValueStore;
  readonly range: KeyPrefix;
  readonly revision: bigint;
  readonly legacy: LegacyTrident;
  /** Asks what the Trident on it lists; absent where none serves. */
  readonly ask?: () => Promise<TridentNames | undefined>;
  readonly report: (line: string) => void;
}): Promise<number> {
  const { source, destination, range, legacy, ask } = options;
  const check = new StateCheck(range.from, await ask?.());
  const onEntry = (entry: StoredKeyValue): void => {
    check.add(entry, destination !== undefined);
  };
  const keys = await countKeys({ ...options, onEntry });
  const findings = check.findings();
  refuseBroken(legacy, range.text, findings, options.report);
  const differences = ask && (await confirmDifferences(findings, source, range, ask));
  if (differences !== undefined) throw new BlockedError(legacyDisagrees(legacy, differences));
  return keys;
}

function refuseBroken(
  legacy: LegacyTrident,
  prefix: string,
  { withoutBackend, withoutClass }: StateFindings,
  report: (line: string) => void,
): void {
  if (withoutBackend.count > 0) throw new BlockedError(brokenReferences(legacy, prefix, withoutBackend));
  if (withoutClass.count === 0) return;
  if (legacy.isUninstalled !== true) throw new BlockedError(brokenReferences(legacy, prefix, withoutClass));
  // No Trident is there to make it again, and one starts without it.
  const names = new Set(withoutClass.first.map(({ name }) => name));
  report(
    `Volumes name storage classes that the state does not have (${[...names].join(", ")}): Trident starts without them.`,
  );
}

async function countKeys(
  options: Parameters<typeof checkKeys>[0] & { readonly range: KeyPrefix; readonly legacy: LegacyTrident },
): Promise<number> {
  try {
    return await checkKeys(options);
  } catch (error) {
    if (!(error instanceof EmptySourceError)) throw error;
    throw new BlockedError(emptySource(options.legacy, options.range.from.toString("utf8")));
  }
}
