import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describePlan } from "../../migration/plan/describe/describe-plan.ts";
import { blockedPlans } from "../migration/plan/scene/blocked-plans.ts";
import { planOf } from "../migration/plan/scene/plan-scene.ts";
import { wholePlans } from "../migration/plan/scene/whole-plans.ts";
import { planWords } from "./plan-words.ts";
import { waysOut } from "./round.ts";

describe("the words of a plan", () => {
  it("say for each whole plan of docs/the-plan.md whether there is something to do", async () => {
    for (const [heading, make] of Object.entries(wholePlans)) {
      const plan = await make();
      const { kind } = planWords(describePlan(plan));
      const isWhole = !plan.objects.some(({ becomes }) => becomes.includes("made again"));
      assert.equal(kind, plan.steps.length === 0 && isWhole ? "nothing" : "acts", heading);
    }
  });

  it("say for each blocker that nothing is begun", async () => {
    for (const [kind, arrange, change] of blockedPlans) {
      assert.equal(planWords(describePlan(await planOf(arrange, change))).kind, "blocked", kind);
    }
  });

  it("are none where the run ended before", () => {
    assert.equal(
      planWords("error: The stack's settings cannot be used (1 problem); nothing was changed.").kind,
      "none",
    );
  });

  it("name the objects that are made again", () => {
    const printed = `    Namespace trident has the Trident of this stack; there is nothing to migrate.
    What is not as usual:
      - Role/etcd-operator, made by this program: is missing, and is made again.`;
    assert.deepEqual(planWords(printed), { kind: "acts", objects: ["Role/etcd-operator"], hasSteps: false });
  });
});

describe("the way out of a message", () => {
  it("is its first command that changes something and has no place to fill in", () => {
    const message =
      "See it with `kubectl --namespace a get secret b`, or `pulumi config set namespace NAME`; " +
      "then `pulumi config set abandonedEtcd 17` and `pulumi up`.";
    assert.deepEqual(waysOut(message), ["pulumi config set abandonedEtcd 17"]);
    assert.deepEqual(waysOut("Run `pulumi up` again."), []);
  });

  it("is all of the commands that stand on lines of their own, but for the run itself", () => {
    const message =
      "To give it up, see `kubectl a`:\n       kubectl delete b\n       pulumi config set c 2\n       pulumi up";
    assert.deepEqual(waysOut(message), ["kubectl delete b", "pulumi config set c 2"]);
  });
});
