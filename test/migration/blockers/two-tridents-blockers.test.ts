import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { bothTridents, legacyRestored } from "../../../migration/blockers/two-tridents-blockers.ts";

const tridents = { namespace: "storage", old: "trident", new: "trident-external-etcd" };

describe("two Tridents", () => {
  it("are told apart by what each has written, and the way on gives up exactly the other's", () => {
    const { object, message, remedy } = bothTridents(tridents, { old: 1, new: 2 }, false);
    assert.equal(object, "Deployment/trident");
    assert.match(
      message,
      /has started it; the new one \(Deployment trident-external-etcd\).*new one has written 2 keys/,
    );
    assert.match(message, /and the old one has written 1 key;/);
    assert.match(
      inSettings(remedy),
      /new one and give up 1 key that the old one wrote: .*scale deployment trident --replicas=0`, `pulumi config set discardedKeys 1`/,
    );
    assert.match(
      inSettings(remedy),
      /old one and give up 2 keys that the new one wrote: .*discardedKeys 2`, then `pulumi up`, which/,
    );
  });

  it("of which one has written nothing lose nothing with it", () => {
    const { remedy } = bothTridents(tridents, { old: 0, new: 0 }, false);
    assert.doesNotMatch(remedy, /give up|discardedKeys/);
  });

  it("that can't be asked are said to be so, and the amount is left for the user to say", () => {
    const { message, remedy } = bothTridents(tridents, { old: undefined, new: 0 }, false);
    assert.match(message, /what the old one has written can't be told now;/);
    assert.match(inSettings(remedy), /and give up what the old one wrote: .*discardedKeys N`/);
  });

  it("of which the old one was stopped by hand need its mark back, no scaling", () => {
    const { message, remedy } = bothTridents(tridents, { old: 0, new: 0 }, true);
    assert.match(message, /has changed it;/);
    assert.match(
      remedy,
      /new one: `kubectl --namespace storage annotate deployment trident .*replicas-before-migration=1`,/,
    );
  });

  it("after a finished migration leave the choice to keep the old one or the new one", () => {
    const { remedy } = legacyRestored(tridents, { old: 3, new: 4 });
    assert.match(
      inSettings(remedy),
      /^To keep it and give up 4 keys that the new one wrote: .*rollback true`, .*discardedKeys 4`/,
    );
    assert.match(remedy, /return to the new one: `kubectl --namespace storage delete deployment trident`/);
  });
});
