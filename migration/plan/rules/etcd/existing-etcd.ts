import { change } from "../../../wording/change.ts";
import { expiryOf, type CertificateMaterial } from "../../../certificates/client-certificate.ts";
import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import { counted } from "../../../wording/counted.ts";
import { NotReachedFromHereError } from "../../../connect/open-existing-etcd.ts";
import {
  deletionCommand,
  describeAddress,
  type ExistingAddress,
  type ExistingEtcdAddress,
} from "../../../connect/etcd-address.ts";
import { describeFailure } from "../../../wording/describe-failure.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import { BlockedError, type Blocker } from "../../../blockers/blocker.ts";
import { existingEtcdUnreachable } from "../../../blockers/existing-etcd-blockers.ts";
import type { Flow, PlannedCertificate } from "../../migration-plan.ts";
import type { ExistingEtcdRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, together, type Findings } from "../findings.ts";
import { isInUse } from "./another-etcd.ts";
import type { EtcdRules } from "./etcd-rules.ts";

/** Who made it is not known: nobody's to make, to save, to empty or to remove. */
export function existingEtcdRules(address: ExistingAddress): EtcdRules {
  const { namespace, endpoints, clientSecret, credentialsSecret } = address;
  const secrets = [clientSecret, credentialsSecret].filter((name) => name !== undefined);
  return {
    isThereBefore: true,
    hasKnownQuota: false,
    isSaved: false,
    places: () => secrets.map((name) => ["Secret", name, `/api/v1/namespaces/${namespace}/secrets`]),
    needs: { inNamespace: [], inCluster: () => [], grants: [], wished: [] },
    whenLost:
      `If another etcd is named than was before, name that one again (\`${change({ endpoints: "https://HOST:2379" })}\`). If the state was moved there by hand, give the ` +
      "etcd that it came from up by its cluster id, as below.",
    plan: (_, { state: { destinationReached: reached } }) => ({
      ...{ kind: "existing", endpoints, exists: true },
      ...(reached === undefined ? {} : { reached }),
    }),
    makingStep: () =>
      secrets.length > 0
        ? { what: "Make the Secrets for the existing etcd", estimateSeconds: 1 }
        : { what: "Take the existing etcd as it is", estimateSeconds: 0 },
    certificates: ({ existing }) => givenCertificates(clientSecret ?? "", existing?.identity.tls),
    check: (request, { flow: { flow }, newTrident, state }, another) => {
      const { destinationProblems: problems = [], destinationFailure: failure, destinationKeys: keys } = state;
      const found = checkExisting({
        ...{ flow, address, problems, failure, keys, prefix: request.prefix },
        adoptState: request.existing?.adoptState === true,
        isInUse: isInUse(request, flow, newTrident),
      });
      // One that could not be asked is told of by itself.
      const hidden = problems.length > 0 || failure !== undefined;
      return together(found, hidden ? { ...another, blockers: [] } : another);
    },
    // What is wrong with it is told by `check`.
    checkUnread: () => [],
    allServe: () => true,
    made: () => secrets.map((name) => `Secret ${name}, for the existing etcd`),
    keptState: (prefix) => [
      {
        what: `${describeAddress(address)}, with Trident's state under ${prefix.text}`,
        command: deletionCommand(endpoints, prefix),
      },
    ],
    keptObjects: () => [],
  };
}

/** The client's side is all that is known: what was given. */
function givenCertificates(secret: string, material: CertificateMaterial | undefined): PlannedCertificate[] {
  if (material === undefined) return [];
  return (["authority", "client"] as const).map((name) => {
    const part = name === "client" ? "certificate" : "certificateAuthority";
    return { name, secret, from: "as given", expires: expiryOf(part, material[part]).toISOString() };
  });
}

/** An existing etcd, as far as it could be looked at. */
export interface ExistingEtcdFacts {
  readonly flow: Flow;
  readonly address: ExistingEtcdAddress;
  readonly adoptState: ExistingEtcdRequest["adoptState"];
  /** Whether this program's Trident has its state there already. */
  readonly isInUse: boolean;
  /** What keeps it from being used. */
  readonly problems: readonly Blocker[];
  /** Why it could not be asked. */
  readonly failure: unknown;
  /** Under the prefix; undefined where they were not counted. */
  readonly keys: number | undefined;
  readonly prefix: KeyPrefix;
}

/** A preview that can't reach it says so, and so much is left for the run to find out. */
export function checkExisting(facts: ExistingEtcdFacts): Findings {
  const { address, flow, failure, isInUse } = facts;
  const found = [...facts.problems, ...blockerOf(address, failure)];
  const isBlocked = ({ kind }: Blocker): boolean => flow !== "rolledBack" && !(isInUse && passing.has(kind));
  return together(
    blockedBy(...found.filter(isBlocked)),
    atRisk(
      "service",
      ...found.filter((blocker) => !isBlocked(blocker)).map(({ message }) => message),
      ...(failure instanceof NotReachedFromHereError ? [notReached(failure)] : []),
      ...adopted(facts),
      // Told of when it was taken into use.
      ...(isInUse ? [] : lasting(address)),
    ),
  );
}

/** What may be over in a moment keeps nobody from changing what has nothing to do with it. */
const passing: ReadonlySet<Blocker["kind"]> = new Set(["existingEtcdUnreachable", "existingEtcdAlarm"]);

function notReached(failure: NotReachedFromHereError): string {
  return (
    `${withoutFullStop(failure.message)}. A preview makes no pod: \`pulumi up\` looks through one, with the same checks, ` +
    `before it registers anything.`
  );
}

function blockerOf({ endpoints }: ExistingEtcdAddress, failure: unknown): Blocker[] {
  if (failure === undefined || failure instanceof NotReachedFromHereError) return [];
  if (failure instanceof BlockedError) return [failure.blocker];
  const reason = withoutFullStop(describeFailure(failure));
  return [existingEtcdUnreachable(endpoints, "to ask it", reason)];
}

function lasting({ endpoints }: ExistingEtcdAddress): string[] {
  const [first = "", ...others] = endpoints;
  const single =
    `Trident takes one endpoint only, and gets the first, ${first}: while that is away, so is Trident. A name or load ` +
    "balancer for all of them avoids that.";
  const plaintext =
    "The existing etcd is reached without TLS: whoever is on the way reads the passwords of the " +
    "storage, and can change them.";
  return [...(others.length === 0 ? [] : [single]), ...(first.startsWith("http://") ? [plaintext] : [])];
}

function adopted({ flow, adoptState, keys, prefix }: ExistingEtcdFacts): string[] {
  if (flow !== "install" || !adoptState || keys === undefined) return [];
  return keys === 0
    ? [
        `State that is there is to be adopted, and there is no state under ${prefix.text} to start on (\`${change({ adoptState: undefined })}\`).`,
      ]
    : [
        `The new Trident starts on the ${counted(keys, "key that is", "keys that are")} under ${prefix.text} already, as is asked for: see that no ` +
          `other Trident uses that state.`,
      ];
}
