import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { isClientUrlOf, type EtcdAddress } from "../../connect/etcd-address.ts";
import { patchDeployment } from "../../kubernetes/patch-deployment.ts";
import { describePod, isActive, listPods } from "../../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";
import { findMigrationRecord } from "../../record/migration-record.ts";
import { isMarked, readDeployment, type LegacyTrident } from "../legacy/legacy-trident.ts";
import { LegacyTridentReplacedError } from "../legacy/restore-legacy-trident.ts";
import { LegacyTridentChangedError } from "../legacy/stop-legacy-trident.ts";
import { changeDeployment } from "../moving/change-deployment.ts";
import { savedDeployment } from "../moving/moved-trident.ts";
import { etcdUrlOf } from "../new/etcd-url.ts";
import { newTridentPods, verifiedRevisionAnnotation } from "../new/new-trident.ts";
import { recordPlace, type Reach } from "./cluster-request.ts";

type Side = "source" | "destination";

/** The stack's own Deployment of Trident, told apart by the etcd that it names. */
export class MovedDeployment {
  readonly way: { readonly source: EtcdAddress; readonly destination: EtcdAddress };
  readonly #reach: Reach;
  readonly #source: EtcdAddress;

  constructor(reach: Reach, source: EtcdAddress) {
    const { destination } = reach.request;
    if (destination === undefined) throw new Error("a move needs to know where to");
    this.#reach = reach;
    this.#source = source;
    this.way = { source, destination };
  }

  read(): Promise<V1Deployment | undefined> {
    const { namespace, legacyDeployment } = this.#reach.request;
    return readDeployment(this.#reach.cluster, namespace, legacyDeployment);
  }

  async readOrFail(): Promise<V1Deployment> {
    const deployment = await this.read();
    if (deployment === undefined) throw new Error(`Deployment ${this.#reach.request.legacyDeployment} is gone`);
    return deployment;
  }

  /** Raises LegacyTridentChangedError when it is gone or another one. */
  async readSame(legacy: LegacyTrident): Promise<V1Deployment> {
    const deployment = await this.read();
    if (deployment === undefined) throw new LegacyTridentChangedError(legacy, "it is gone");
    if (deployment.metadata?.uid === legacy.uid) return deployment;
    throw new LegacyTridentChangedError(legacy, "another one has taken its place");
  }

  sideOf(deployment: V1Deployment): Side | undefined {
    return this.#sideOf(etcdUrlOf(deployment.spec?.template.spec));
  }

  /** Whether it is a new Trident that may still be taken back. */
  isNew(deployment: V1Deployment): boolean {
    return this.sideOf(deployment) === "destination" && isMarked(deployment);
  }

  async activePods(side: Side): Promise<V1Pod[]> {
    const { cluster, request } = this.#reach;
    const selector = newTridentPods((await this.read())?.spec ?? { selector: { matchLabels: {} } });
    const pods = await listPods(cluster, request.namespace, selector);
    return pods.filter((pod) => isActive(pod) && this.#sideOf(etcdUrlOf(pod.spec)) === side);
  }

  async waitUntilNoneIsOn(side: Side, patience: Patience): Promise<void> {
    const { namespace, legacyDeployment } = this.#reach.request;
    const awaited = `the pods of Deployment ${legacyDeployment} in namespace ${namespace} to be gone`;
    await waitUntil({ awaited, ...patience, intervalMilliseconds: 150 }, async () => {
      const running = await this.activePods(side);
      return running.length === 0 ? seenDone(undefined) : seenSoFar(running.map(describePod).join(", "));
    });
  }

  /** Answers with the Deployment when it is the new one; nothing of it runs any more then. */
  async pause(timeoutSeconds: number): Promise<V1Deployment | undefined> {
    const deployment = await this.read();
    if (deployment === undefined || !this.isNew(deployment)) return undefined;
    await patchDeployment(this.#reach.cluster, deployment.metadata ?? {}, { replicas: 0 });
    await this.waitUntilNoneIsOn("destination", { timeoutSeconds });
    return deployment;
  }

  /** Stops a new Trident and points its Deployment back, at 0 replicas. Does nothing where there is none. */
  async withdraw(timeoutSeconds: number): Promise<void> {
    const { cluster, request } = this.#reach;
    const deployment = await this.pause(timeoutSeconds);
    if (deployment === undefined) return;
    const saved = savedDeployment(await findMigrationRecord(cluster, recordPlace(request)));
    const { namespace, legacyDeployment: name } = request;
    if (saved?.spec === undefined) throw new LegacyTridentReplacedError({ namespace, name });
    await changeDeployment(cluster, deployment, Object.assign({}, saved.spec, { replicas: 0 }));
    await patchDeployment(cluster, deployment.metadata ?? {}, { annotations: { [verifiedRevisionAnnotation]: null } });
  }

  #sideOf(url: string | undefined): Side | undefined {
    if (url === undefined) return undefined;
    if (isClientUrlOf(this.#source, url)) return "source";
    return isClientUrlOf(this.way.destination, url) ? "destination" : undefined;
  }
}
