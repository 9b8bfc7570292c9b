import type { MigrationPlan } from "../../../migration/plan/migration-plan.ts";
import { planText } from "../../../program/show-plan.ts";
import { blockedPlans } from "./scene/blocked-plans.ts";
import { planOf } from "./scene/plan-scene.ts";
import { wholePlans } from "./scene/whole-plans.ts";

/** What docs/the-plan.md shows; write-plan-page.ts writes it there, and describe-plan.test.ts compares it. */
export const pageAddress = new URL("../../../docs/the-plan.md", import.meta.url);

/** With planDetail full, as in the file of setting planFile. */
const shownInFull = ["A clean migration", "A migrated stack"];

/** A heading with its level, and the text block under it. */
export interface PageExample {
  readonly level: 2 | 3;
  readonly heading: string;
  readonly text: string;
}

/** In the order of the page: whole plans, then what each blocker ends with. */
export async function pageExamples(): Promise<PageExample[]> {
  const examples: PageExample[] = [];
  for (const [heading, plan] of Object.entries(wholePlans)) {
    examples.push({ level: 2, heading, text: planText(await plan(), "short") });
  }
  for (const [heading, plan] of Object.entries(wholePlans)) {
    if (shownInFull.includes(heading)) {
      examples.push({ level: 2, heading: `${heading}, in full`, text: planText(await plan(), "full") });
    }
  }
  for (const [heading, arrange, change] of blockedPlans) {
    examples.push({ level: 3, heading, text: blockersOf(await planOf(arrange, change)) });
  }
  return examples;
}

/** The blockers, which are told last. */
function blockersOf(plan: MigrationPlan): string {
  const text = planText(plan, "short");
  return text.slice(text.indexOf("\nNothing is done before") + 1);
}

const exampleSection = /^#+ (.+)\n(?:(?!#|```).*\n)*```text\n([^]*?)\n```$/gm;

/** The text blocks of a page by their headings. */
export function shownExamples(page: string): Map<string, string> {
  return new Map([...page.matchAll(exampleSection)].map(([, heading = "", text = ""]) => [heading, text]));
}

/**
 * The page with the given examples, in their order: prose of its own before the first example, before the first blocker and
 * between a heading and its block stays; what has no section gets one, and a section of no example goes.
 */
export function withExamples(page: string, examples: readonly PageExample[]): string {
  const [plans = "", blockers = ""] = page.split(/^(?=## Blockers$)/m);
  const part = (text: string, level: number) =>
    [introduction(text, level), ...examples.filter((each) => each.level === level).map((each) => section(each, text))]
      .map((each) => each.trim())
      .join("\n\n");
  return `${part(plans, 2)}\n\n${part(blockers, 3)}\n`;
}

function introduction(text: string, level: number): string {
  return text.slice(0, new RegExp(`^#{${String(level)}} (?!Blockers$)`, "m").exec(text)?.index ?? text.length);
}

function section({ level, heading, text }: PageExample, page: string): string {
  const title = `${"#".repeat(level)} ${heading}`;
  const start = `\n${page}`.indexOf(`\n${title}\n`);
  const prose = start < 0 ? "" : page.slice(start + title.length, page.indexOf("```text", start)).trim();
  return [title, prose, `\`\`\`text\n${text}\n\`\`\``].filter((each) => each !== "").join("\n\n");
}
