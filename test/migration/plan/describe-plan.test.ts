import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { describePlan } from "../../../migration/plan/describe-plan.ts";
import type { MigrationPlan } from "../../../migration/plan/migration-plan.ts";
import { blockedPlans, planOf, wholePlans } from "./plan-scenarios.ts";

describe("the plan as it is printed", () => {
  const printed = examples();

  for (const [heading, plan] of Object.entries(wholePlans)) {
    it(`is, for "${heading}", what docs/the-plan.md shows`, async () => {
      assert.equal(describePlan(await plan()), printed.get(heading));
    });
  }

  for (const [kind, arrange, change] of blockedPlans) {
    it(`ends, for the blocker ${kind}, as docs/the-plan.md shows`, async () => {
      const plan = await planOf(arrange, change);
      assert.deepEqual(
        plan.blockers.map((blocker) => blocker.kind),
        [kind],
      );
      assert.equal(endOf(plan), printed.get(kind));
    });
  }

  it("has an example of everything that it shows", () => {
    assert.deepEqual([...printed.keys()], [...Object.keys(wholePlans), ...blockedPlans.map(([kind]) => kind)]);
  });

  it("says what was not measured, and a certificate that stands", async () => {
    const plan = await planOf((environment) => environment.withLegacy());
    const { bytes, ...state } = plan.state ?? { bytes: undefined };
    assert.ok(bytes !== undefined);
    const expires = "2030-01-01T00:00:00.000Z";
    const text = describePlan({
      ...plan,
      state: state as NonNullable<MigrationPlan["state"]>,
      certificates: [{ name: "client", secret: "etcd-client-tls", expires }],
    });
    assert.match(text, /^ {2}size {11}not measured/m);
    assert.match(text, /^ {2}client \(Secret etcd-client-tls\): valid until 2030-01-01T00:00:00\.000Z$/m);
  });
});

/** The blockers, which are told last. */
function endOf(plan: MigrationPlan): string {
  const text = describePlan(plan);
  return text.slice(text.indexOf("\nNothing is done before") + 1);
}

/** The text blocks of docs/the-plan.md by their headings. */
function examples(): Map<string, string> {
  const text = readFileSync(new URL("../../../docs/the-plan.md", import.meta.url), "utf8");
  return new Map(
    [...text.matchAll(/^#+ (.+)\n\n```text\n([^]*?)\n```$/gm)].map(([, heading = "", block = ""]) => [heading, block]),
  );
}
