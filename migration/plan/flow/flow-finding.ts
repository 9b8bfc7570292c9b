import type { LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import type { Blocker } from "../../blockers/blocker.ts";
import type { Flow } from "../migration-plan.ts";

/** What is asked for, by which flows are told apart. */
export interface FlowRequest {
  readonly namespace: string;
  /** Whether Trident is to run on the etcd; true where it is absent. */
  readonly trident?: boolean;
  readonly migrate: boolean;
  readonly rollback: boolean;
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  readonly record: string;
  /** Where the state of an uninstalled Trident is looked for. */
  readonly legacyClaim?: { readonly claim: string };
  /** Claims whose state is given up. */
  readonly abandonedClaims?: readonly string[];
  /** What the state is restored from, which is the user's word for which state it is to be; absent for nothing. */
  readonly restoreFrom?: string;
}

/** Which flow it is, and why. */
export interface FlowFinding {
  readonly flow: Flow;
  readonly why: string;
  readonly legacy?: LegacyTrident;
  /** The old Trident that a rollback puts back, from the record. */
  readonly putBack?: LegacyTrident;
  /** Whether this program's Trident, which is stopped, is removed and its state left in the etcd. */
  readonly removesTrident?: true;
  /** Whether the state was copied, or carried back, and verified by an earlier run, which died before it ended. */
  readonly isCopied?: boolean;
  /** Whether the migration that has ended is known by its Deployment alone: its record was deleted, or emptied. */
  readonly isRecordLost?: boolean;
  /** Claims with the state of an uninstalled Trident beside which the restored one begins. */
  readonly besideClaims?: readonly string[];
  /** Set when what was found contradicts what is asked for. */
  readonly refusal?: Blocker;
}
