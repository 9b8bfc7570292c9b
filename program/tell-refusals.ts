import * as pulumi from "@pulumi/pulumi";
import { connectToCluster, type ClusterAccess } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { refusalOf } from "@trident-etcd/migration/kubernetes/refusal.ts";
import {
  askControllers,
  type ControllersPlace,
  type ControllersWords,
} from "@trident-etcd/migration/kubernetes/refused-controllers.ts";

const everyMilliseconds = 3_000;

/**
 * While Pulumi waits for Deployments and the EtcdCluster: says why a controller can't make a pod, as soon as it says so itself. Pulumi's
 * own wait only says at its end that it was in vain. A preview waits for nothing.
 */
export function tellRefusals(cluster: ClusterAccess, place: ControllersPlace): void {
  if (pulumi.runtime.isDryRun()) return;
  const client = connectToCluster(cluster, { requestTimeoutMilliseconds: 10_000 });
  tellWhileRunning(
    () => askControllers(client, place),
    place.namespace,
    (text) => void pulumi.log.warn(text),
  );
}

/** Each once, for as long as the program has anything else to do. */
export function tellWhileRunning(
  ask: () => Promise<readonly ControllersWords[]>,
  namespace: string,
  tell: (text: string) => void,
  milliseconds = everyMilliseconds,
): { stop(): void } {
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    for (const { object, words, isFinal } of await ask()) {
      const { cause, by } = refusalOf(words);
      // A pod's name is another one at each try.
      const key = cause === "other" ? `${object} ${words}` : `${object} ${cause} ${by}`;
      if (told.has(key)) continue;
      told.add(key);
      const [kind = "", name = ""] = object.split("/");
      const next =
        isFinal === true
          ? `It is never tried again: put that right, \`kubectl --namespace ${namespace} delete etcdcluster ${name}\`, then \`pulumi up --refresh\`.`
          : "It is tried again and again until Pulumi stops waiting.";
      tell(`${kind} ${name} in namespace ${namespace} can't have a pod made: ${words}. ${next}`);
    }
  };
  const timer = setInterval(() => void look().catch(() => undefined), milliseconds);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}
