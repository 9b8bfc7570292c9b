import { keyPrefix, type KeyPrefix } from "../copy/store/key-range.ts";
import { printableKey } from "../copy/store/printable-key.ts";
import { commonNameOf } from "../certificates/client-certificate.ts";
import { EtcdError, EtcdPermissionError, EtcdTlsError } from "../etcd/errors.ts";
import type { MemberAnswer } from "../etcd/etcd-store.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { BlockedError, type Blocker } from "../blockers/blocker.ts";
import {
  existingEtcdAccess,
  existingEtcdAlarm,
  existingEtcdClusters,
  existingEtcdTls,
  existingEtcdUnreachable,
  existingEtcdVersion,
  kubernetesEtcd,
  prefixNotEmpty,
} from "../blockers/existing-etcd-blockers.ts";
import { deletionCommand } from "./etcd-address.ts";
import type { EtcdIdentity } from "./etcd-identity.ts";
import type { OpenEtcd } from "./open-etcd.ts";
import type { ExistingEtcd } from "./open-existing-etcd.ts";

export interface EtcdChecks {
  /** The keys that are to be read and written, such as `/trident/`. */
  readonly prefix: KeyPrefix;
  /** Whether there must be no key under the prefix. */
  readonly mustBeEmpty: boolean;
}

/** Refuses an etcd that can't be used, as the plan does: time has passed since, and a migration may be run without one. Raises BlockedError. */
export async function refuseUnusableEtcd(etcd: OpenEtcd, checks: EtcdChecks): Promise<void> {
  const [first] = await checkEtcd(etcd, checks);
  if (first !== undefined) throw new BlockedError(first);
}

/**
 * All that keeps an etcd from being used; nothing is written to find out. What there is to find out of the stack's own, its members are
 * asked for.
 */
export function checkEtcd(etcd: OpenEtcd, checks: EtcdChecks): Promise<Blocker[]> {
  switch (etcd.kind) {
    case "managed":
      return Promise.resolve([]);
    case "existing":
      return checkExistingEtcd(etcd, checks);
  }
}

async function checkExistingEtcd(etcd: ExistingEtcd, checks: EtcdChecks): Promise<Blocker[]> {
  const answers = await etcd.memberAnswers();
  const members = etcd.endpoints.flatMap((endpoint, index): Member[] => {
    const answer = answers[index];
    return answer === undefined ? [] : [{ endpoint, answer }];
  });
  const connections = checkConnections(etcd, checks, members);
  const identities = checkMembers(members);
  // What is wrong with the connection would show as something else in all that follows.
  if (connections.length > 0 || identities.length > 0) return [...connections, ...identities];
  const refused = await checkAccess(etcd, checks);
  if (refused.length > 0) return refused;
  return [...(await checkOwner(etcd)), ...(await checkEmptiness(etcd, checks))];
}

interface Member {
  readonly endpoint: string;
  readonly answer: MemberAnswer;
}

function checkConnections(
  { pod, identity }: ExistingEtcd,
  { prefix }: EtcdChecks,
  members: readonly Member[],
): Blocker[] {
  const failed = members.flatMap(({ endpoint, answer }) =>
    "failure" in answer ? [{ endpoint, failure: answer.failure, reason: reasonOf(answer.failure) }] : [],
  );
  // Members mostly fail alike: each reason is told once.
  return [...Map.groupBy(failed, ({ reason }) => reason)].map(([reason, alike]) => {
    const endpoints = alike.map(({ endpoint }) => endpoint);
    const failure = alike[0]?.failure;
    if (failure instanceof EtcdTlsError) return existingEtcdTls(endpoints, failure.reason, reason);
    if (failure instanceof EtcdPermissionError && identity.credentials !== undefined) {
      const user = identity.credentials.username;
      const described = `user ${user}, with the password that was given,`;
      return existingEtcdAccess(endpoints, { described, user, isNamed: true }, prefix.text, reason);
    }
    const from = pod === undefined ? "from this machine" : "through a pod";
    return existingEtcdUnreachable(endpoints, from, reason.replace(/^cannot be reached: /, ""));
  });
}

/** Without the address that was dialled, which may be that of a port-forward. */
function reasonOf(failure: unknown): string {
  const text = describeFailure(failure);
  return withoutFullStop(failure instanceof EtcdError ? text.replace(`etcd at ${failure.endpoint}: `, "") : text);
}

function checkMembers(members: readonly Member[]): Blocker[] {
  const answered = members.flatMap(({ endpoint, answer }) => ("status" in answer ? [{ endpoint, ...answer }] : []));
  const strange = answered.filter(({ status }) => !status.version.startsWith("3."));
  const alarmed = answered.filter(({ errors }) => errors.length > 0);
  const clusters = answered.map(({ endpoint, status: { clusterId } }) => ({ endpoint, clusterId }));
  return [
    ...[...Map.groupBy(strange, ({ status }) => status.version)].map(([version, alike]) =>
      existingEtcdVersion(
        alike.map(({ endpoint }) => endpoint),
        version,
      ),
    ),
    ...(new Set(clusters.map(({ clusterId }) => clusterId)).size > 1 ? [existingEtcdClusters(clusters)] : []),
    ...(alarmed.length === 0
      ? []
      : [
          existingEtcdAlarm(
            alarmed.map(({ endpoint }) => endpoint),
            [...new Set(alarmed.flatMap(({ errors }) => errors))],
          ),
        ]),
  ];
}

/** As Trident will, which has only the certificate, and as this program does, which may have a password. */
async function checkAccess(etcd: ExistingEtcd, { prefix }: EtcdChecks): Promise<Blocker[]> {
  const { identity } = etcd;
  const refusals: Blocker[] = [];
  const certificate = await refusalOf(etcd.checkCertificatesAccess(prefix));
  if (certificate !== undefined) {
    refusals.push(existingEtcdAccess(etcd.endpoints, certificatesUser(identity), prefix.text, certificate));
  }
  if (identity.credentials !== undefined) {
    const { username: user } = identity.credentials;
    const own = await refusalOf(etcd.range({ ...prefix, countOnly: true }));
    const described = `user ${user}`;
    if (own !== undefined)
      refusals.push(existingEtcdAccess(etcd.endpoints, { described, user, isNamed: true }, prefix.text, own));
  }
  return refusals;
}

function certificatesUser({ tls }: EtcdIdentity): { described: string; user: string } {
  if (tls === undefined) return { described: "a client without a certificate", user: "NAME" };
  const user = commonNameOf(tls.certificate);
  if (user === undefined)
    return { described: "the user of the client certificate, which has no common name,", user: "NAME" };
  return { described: `the user of the client certificate (its common name, ${user})`, user };
}

/** Undefined when it is allowed. Whatever else went wrong is raised. */
async function refusalOf(asking: Promise<unknown>): Promise<string | undefined> {
  try {
    await asking;
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof EtcdError ? error.cause : error;
    if (!(cause instanceof EtcdPermissionError)) throw error;
    return reasonOf(cause);
  }
}

/** Where Kubernetes keeps its objects, and where OpenShift keeps those and its own. */
const kubernetesPrefixes = ["/registry/", "/kubernetes.io/", "/openshift.io/"].map(keyPrefix);

async function checkOwner(etcd: ExistingEtcd): Promise<Blocker[]> {
  for (const prefix of kubernetesPrefixes) {
    if ((await countUnlessRefused(etcd, prefix)) > 0) return [kubernetesEtcd(etcd.endpoints, prefix.text)];
  }
  return [];
}

/** A user who may not even count them does no harm to them. */
async function countUnlessRefused(etcd: ExistingEtcd, prefix: KeyPrefix): Promise<number> {
  let count = 0;
  const asking = etcd.range({ ...prefix, countOnly: true }).then((page) => (count = page.count));
  await refusalOf(asking);
  return count;
}

const shownKeys = 3;

async function checkEmptiness(etcd: ExistingEtcd, { prefix, mustBeEmpty }: EtcdChecks): Promise<Blocker[]> {
  if (!mustBeEmpty) return [];
  const { count, entries } = await etcd.range({ ...prefix, limit: shownKeys, keysOnly: true });
  if (count === 0) return [];
  const found = { count, first: entries.map(({ key }) => printableKey(key)) };
  return [prefixNotEmpty(etcd.endpoints, prefix.text, found, deletionCommand(etcd.endpoints, prefix))];
}
