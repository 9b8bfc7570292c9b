import * as pulumi from "@pulumi/pulumi";
import type { PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";
import type { CarriedPod } from "@trident-etcd/migration/trident/new/carried-pod.ts";
import type { PlanRequest } from "@trident-etcd/migration/plan/plan-request.ts";
import type { TridentPod } from "@trident-etcd/migration/trident/new/trident-pod.ts";

import type { Settings } from "./settings/settings.ts";

/** What each kind of pod is given. */
export interface Pods {
  readonly trident: TridentPod;
  readonly members: PodSettings;
  readonly operator: PodSettings;
  readonly helper: PodSettings;
}

type PodSetting = Pick<
  Settings,
  "imagePullSecrets" | "imagePullPolicy" | "tridentPod" | "etcdPod" | "operatorPod" | "helperPod"
>;

/** A pod's own setting takes the place of what is said for all, and that of what is carried from the old Trident, field by field. */
export function podsOf(settings: PodSetting, carried: TridentPod = {}): Pods {
  const { imagePullSecrets: names, imagePullPolicy, tridentPod, etcdPod, operatorPod, helperPod } = settings;
  const forAll = {
    ...(names.length === 0 ? {} : { imagePullSecrets: names.map((name) => ({ name })) }),
    ...(imagePullPolicy === "" ? {} : { imagePullPolicy }),
  };
  return {
    trident: withoutEmpty({ ...carried, ...forAll, ...tridentPod }),
    // They pull with what their ServiceAccount has.
    members: withoutEmpty(etcdPod),
    operator: withoutEmpty({ ...forAll, ...operatorPod }),
    helper: withoutEmpty({ ...forAll, ...helperPod }),
  };
}

/** For the migration's record: the value of a variable may be a secret. */
export function carriedPodInput(carried: CarriedPod | undefined): { readonly carriedPod?: pulumi.Output<string> } {
  const pod = carried?.pod() ?? {};
  return isGiven(pod) ? { carriedPod: pulumi.secret(JSON.stringify(pod)) } : {};
}

/** Which of Trident's fields the settings decide, and with which Secrets pods pull besides what is carried. */
export function podRequest(
  settings: PodSetting & Pick<Settings, "existingEtcdEndpoints">,
): PlanRequest["pods"] & object {
  const { trident, operator, helper } = podsOf(settings);
  const { imagePullSecrets, tridentPod } = settings;
  const names = [trident, operator, helper].flatMap((pod) => (pod.imagePullSecrets ?? []).map(({ name }) => name));
  return {
    tridentFields: [
      ...new Set([...(imagePullSecrets.length === 0 ? [] : ["imagePullSecrets"]), ...Object.keys(tridentPod)]),
    ],
    pullSecrets: [...new Set(names)],
    memberPullSecrets: settings.existingEtcdEndpoints.length === 0 ? imagePullSecrets : [],
  };
}

/** Whether there is anything that the pod is given. */
export function isGiven(pod: object): boolean {
  return Object.keys(pod).length > 0;
}

/** What a setting has emptied is not there; resources alone have a default that an empty object takes away. */
function withoutEmpty<Pod extends TridentPod>(pod: Pod): Pod {
  return Object.fromEntries(
    Object.entries(pod).filter(([field, value]) => field === "resources" || Object.keys(value as object).length > 0),
  ) as Pod;
}
