import { parseQuantity } from "../../../kubernetes/quantity.ts";
import { quotaOf } from "../../../members/member-settings.ts";
import { change } from "../../../wording/change.ts";
import { describeBytes } from "../../../wording/describe-amount.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { dependentStorage } from "./dependent-storage.ts";

const classes = "`kubectl get storageclasses` lists those that there are";

/** Whether the claims that members are to keep their data on can be had, and are of any use. */
export function checkMemberStorage(
  { memberStorage: wanted, trident }: Pick<PlanRequest, "memberStorage" | "trident">,
  { memberStorage: found, plannedMembers }: Pick<PlanFacts, "memberStorage" | "plannedMembers">,
): Findings {
  if (wanted === undefined || found === undefined) return nothingFound;
  const remedy = `Name another one, \`${change({ etcdStorageClass: "CLASS" })}\` (${classes}), or keep members' data in their pods, \`${change({ etcdStorageSize: undefined })}\`.`;
  const what = "The data of the etcd members";
  // An etcd alone depends on no Trident, and no Trident on it.
  const dependent = trident === false ? undefined : dependentStorage(found.storage, { what, remedy });
  return together(
    dependent === undefined ? nothingFound : blockedBy(dependent),
    found.lacksClass
      ? blockedBy({
          kind: "storageClassMissing",
          object: `StorageClass/${wanted.storageClass === "" ? "default" : wanted.storageClass}`,
          message:
            wanted.storageClass === ""
              ? "Claims for the data of the etcd members are to be made of the cluster's default StorageClass, and there is none."
              : `Claims for the data of the etcd members are to be made of StorageClass ${wanted.storageClass}, and there is none of that name.`,
          remedy,
        })
      : nothingFound,
    checkSize(
      wanted.size,
      quotaOf({ spec: { containers: [{ name: "etcd", env: plannedMembers?.pod.etcdEnv ?? [] }] } }),
    ),
  );
}

/** A full disk ends a member, where a full quota only keeps writes from it. */
function checkSize(size: string, quotaBytes: number): Findings {
  if (parseQuantity(size) > quotaBytes) return nothingFound;
  const quota = quotaBytes === Infinity ? "any amount" : describeBytes(quotaBytes);
  return atRisk(
    "service",
    `Each member's claim is to have ${size}, and its database alone may take ${quota}: a member whose disk is full ends, where one that has ` +
      `come to its quota only takes no writes. Twice the quota leaves room for its log: \`${change({ etcdStorageSize: "4Gi" })}\`.`,
  );
}
