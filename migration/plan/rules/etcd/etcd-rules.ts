import type { Blocker } from "../../../blockers/blocker.ts";
import type { ClusterApis } from "../../../kubernetes/cluster-apis.ts";
import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import type { AskedMember } from "../../../members/asked-member.ts";
import type { KeptThing } from "../../../destroy/kept-report.ts";
import type { DestinationPlan, MigrationPlan, PlannedCertificate, PlannedStep } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { EtcdNeeds } from "../../read/permissions.ts";
import type { Place, ServedSecrets } from "../../read/stack-objects.ts";
import type { Findings } from "../findings.ts";

type EtcdFacts = Pick<PlanFacts, "etcdCluster" | "members" | "state">;

/** All in which a plan for the stack's own etcd and one for an etcd that was there before differ. */
export interface EtcdRules {
  readonly isThereBefore: boolean;
  readonly hasKnownQuota: boolean;
  /** Whether its last state is saved before it goes. */
  readonly isSaved: boolean;
  /** The objects that the stack makes for it. */
  places(apis: ClusterApis): readonly Place[];
  readonly needs: EtcdNeeds;
  /** What to do first when Trident's state is no longer in it. */
  readonly whenLost: string;
  /** As far as it is known without asking for its status and its keys. */
  plan(request: Pick<PlanRequest, "etcdClusterSize">, facts: EtcdFacts): DestinationPlan;
  makingStep(request: Pick<PlanRequest, "etcdClusterSize">, facts: EtcdFacts): Omit<PlannedStep, "stops">;
  certificates(
    request: Pick<PlanRequest, "existing" | "certificateValidityHours">,
    secrets: ServedSecrets,
  ): PlannedCertificate[];
  /** What keeps it from being Trident's, with what was found of its being another one than Trident's. */
  check(request: PlanRequest, facts: PlanFacts, another: Findings): Findings;
  /** When what it holds is to be carried back and can't be read. */
  checkUnread(failure: unknown): Blocker[];
  allServe(members: readonly AskedMember[], size: number, clusterId: string): boolean;
  /** What this program has made of it, with what is to be said of its state. */
  made(state: string, crd: MigrationPlan["crd"]): string[];
  /** What a destroy leaves of it. */
  keptState(prefix: KeyPrefix): KeptThing[];
  keptObjects(crd: MigrationPlan["crd"], apis: ClusterApis): KeptThing[];
}
