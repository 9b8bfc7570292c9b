import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pullNewTrident } from "../../../../migration/trident/new/pull-new-trident.ts";
import { pullLegacyTrident } from "../../../../migration/trident/legacy/pull-legacy-trident.ts";
import { inSettings } from "../../../../migration/wording/in-settings.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";
import { legacyTrident } from "../legacy/legacy-deployment.ts";

const owner = { name: "trident-etcd-migration", uid: "uid-record" };
const patience = { timeoutSeconds: 5 };

describe("the pull of Trident's images before anything is stopped", () => {
  it("of the new one names the setting of an image that can't be pulled", async () => {
    const fake = await refusing("netapp/trident:nope");
    const template = { spec: { containers: [{ name: "trident-main", image: "netapp/trident:nope" }] } };
    const spec = { selector: {}, template };
    const failure = await messageOf(pullNewTrident(fake.cluster, { namespace: "trident", spec, owner }, patience));
    await fake.stop();
    assert.match(failure, /^Image netapp\/trident:nope can't be pulled .*ErrImagePull: manifest unknown/);
    assert.match(inSettings(failure), /pulumi config set tridentImage IMAGE/);
  });

  it("of the old one names the Deployment that is kept", async () => {
    const fake = await refusing("quay.io/coreos/etcd:v3.3.12");
    const failure = await messageOf(pullLegacyTrident(fake.cluster, legacyTrident(), owner, patience));
    await fake.stop();
    assert.match(
      failure,
      /^Image quay\.io\/coreos\/etcd:v3\.3\.12 can't be pulled .*Deployment trident, as it is kept/s,
    );
  });
});

/** Has everything but that one image. */
async function refusing(image: string): Promise<FakeKubernetes> {
  const fake = await startFakeKubernetes();
  fake.controller = (path, pod) => {
    if (!path.includes("/pods/trident-etcd-pull-") || pod.status !== undefined) return;
    const { containers } = pod.spec as {
      readonly containers: readonly { readonly name: string; readonly image: string }[];
    };
    const containerStatuses = containers.map((container) => ({
      ...container,
      state:
        container.image === image
          ? { waiting: { reason: "ErrImagePull", message: "manifest unknown" } }
          : { terminated: { exitCode: 0 } },
    }));
    fake.objects.set(path, { ...pod, status: { containerStatuses } });
  };
  return fake;
}

async function messageOf(failing: Promise<void>): Promise<string> {
  return failing.then(
    () => "it did not fail",
    (error: unknown) => (error as Error).message,
  );
}
