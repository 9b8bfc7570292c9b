import type { Blocker } from "../../../../../migration/blockers/blocker.ts";
import * as blockers from "../../../../../migration/blockers/existing-etcd-blockers.ts";
import { deletionCommand } from "../../../../../migration/connect/etcd-address.ts";
import { endpoint } from "../places.ts";
import { planRequest, type Arrange } from "../plan-scene.ts";

// What keeps an existing etcd from being used, as checkExistingEtcd finds it, where it is tested against a real one.

const user = { described: "the user of the client certificate (its common name, trident)", user: "trident" };

export const refusesItsUser = withProblem(
  blockers.existingEtcdAccess([endpoint], user, "/trident/", "access refused: permission denied"),
);
export const hasAnAlarm = withProblem(blockers.existingEtcdAlarm([endpoint], ["alarm:NOSPACE"]));
export const isSeveral = withProblem(
  blockers.existingEtcdClusters([
    { endpoint: "https://a.example.com:2379", clusterId: "17" },
    { endpoint: "https://b.example.com:2379", clusterId: "18" },
  ]),
);
export const hasAnotherName = withProblem(
  blockers.existingEtcdTls([endpoint], "serverName", "its certificate is not for the name etcd.example.com"),
);
export const doesNotAnswer = withProblem(
  blockers.existingEtcdUnreachable([endpoint], "from this machine", "connect ECONNREFUSED 192.0.2.7:2379"),
);
export const isTooNew = withProblem(blockers.existingEtcdVersion([endpoint], "4.0.1"));
export const isOfKubernetes = withProblem(blockers.kubernetesEtcd([endpoint], "/registry/"));
export const hasKeys = withProblem(
  blockers.prefixNotEmpty(
    [endpoint],
    "/trident/",
    { count: 5, first: ["/trident/store", "/trident/v1/backend/nas", "/trident/v1/storageclass/gold"] },
    deletionCommand([endpoint], planRequest().prefix),
  ),
);

function withProblem(problem: Blocker): Arrange {
  return (environment) => (environment.withExistingEtcd().problems = [problem]);
}
