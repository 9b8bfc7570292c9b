import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { describePlan } from "../../../../migration/plan/describe/describe-plan.ts";
import type { MigrationPlan } from "../../../../migration/plan/migration-plan.ts";
import { blockedPlans } from "../scene/blocked-plans.ts";
import { planOf } from "../scene/plan-scene.ts";
import { wholePlans } from "../scene/whole-plans.ts";
import { pageAddress, pageExamples, shownExamples } from "../plan-page.ts";

/** write-plan-page.ts, run by itself, brings the page up to date. */
describe("the plan as it is printed", async () => {
  const shown = shownExamples(readFileSync(pageAddress, "utf8"));
  const examples = await pageExamples();

  for (const { heading, text } of examples) {
    it(`is, for "${heading}", what docs/the-plan.md shows`, () => {
      assert.equal(text, shown.get(heading));
    });
  }

  it("has an example of everything that the page shows", () => {
    assert.deepEqual(
      [...shown.keys()],
      examples.map((each) => each.heading),
    );
  });

  for (const [kind, arrange, change] of blockedPlans) {
    it(`has blockers of ${kind} alone where nothing else is wrong`, async () => {
      const plan = await planOf(arrange, change);
      assert.deepEqual([...new Set(plan.blockers.map((blocker) => blocker.kind))], [kind]);
    });
  }

  it("takes at most some 40 lines of a terminal, and a handful where there is nothing to do", () => {
    const linesOf = (text: string | undefined) =>
      (text ?? "").split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil((line.length + 4) / 90)), 0);
    const text = new Map(examples.map((each) => [each.heading, each.text]));
    for (const heading of Object.keys(wholePlans)) assert.ok(linesOf(text.get(heading)) <= 47, heading);
    assert.ok(linesOf(text.get("A clean migration")) <= 40);
    for (const heading of ["A migrated stack", "A stack that was rolled back"]) {
      assert.ok(linesOf(text.get(heading)) <= 10, heading);
    }
  });

  it("says what was not measured, and a certificate that stands", async () => {
    const plan = await planOf((environment) => environment.withLegacy());
    const { bytes, ...state } = plan.state ?? { bytes: undefined };
    assert.ok(bytes !== undefined);
    const expires = "2030-01-01T00:00:00.000Z";
    const unmeasured = { ...plan, state: state as NonNullable<MigrationPlan["state"]> };
    const certificates = [{ name: "client", secret: "etcd-client-tls", expires }];
    const text = describePlan({ ...unmeasured, certificates }, "full");
    assert.match(text, /^ {2}size {11}not measured/m);
    assert.match(text, /^ {2}client \(Secret etcd-client-tls\): valid until 2030-01-01T00:00:00\.000Z$/m);
  });
});
