import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { defaultSettings, type Settings } from "../../program/settings/settings.ts";
import { writeSet } from "../issued-set.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { certificateFolder, unfitCertificates, wrongConfigurations } from "./wrong-configurations.ts";

describe("pulumi preview of a wrong configuration", () => {
  const seen = new Map<string, string>();
  let folder: string;
  let stack: TestStack;
  let examples: Map<string, string>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-unfit-"));
    await writeSet(folder, await unfitCertificates());
    stack = await createTestStack("e2e-wrong", {});
    examples = await documented();
  });

  after(async () => {
    await stack.forget();
    await rm(folder, { recursive: true });
  });

  for (const { title, settings, problems } of wrongConfigurations) {
    it(`is refused as docs/wrong-settings.md shows, and nothing is registered: ${title}`, async () => {
      await setOnly(settings);
      const preview = await stack.preview();
      assert.ok(!preview.succeeded, preview.printed);
      assert.deepEqual(preview.registered, []);
      const message = messageIn(preview.printed).replaceAll(folder, certificateFolder);
      const [headline = "", ...listed] = message.split(/\n {2}- /);
      const counted = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      assert.equal(headline, `error: The stack's settings cannot be used (${counted}); nothing was changed.`);
      assert.equal(listed.length, problems.length, message);
      for (const [index, [names, wayOut]] of problems.entries()) {
        const problem = listed[index] ?? "";
        assert.ok(problem.startsWith(names), problem);
        assert.match(problem.replaceAll("\n", " "), wayOut);
      }
      // That list grows with each setting.
      const abridged = message.replace(
        /the settings are namespace, .*\.$/m,
        "the settings are namespace, createNamespace, ...",
      );
      const shown = [...Object.entries(settings).map(command), "$ pulumi preview", abridged].join("\n");
      seen.set(title, shown);
      assert.equal(shown, examples.get(title));
    });
  }

  it("has nothing in the stack's state afterwards", async () => {
    const { deployment } = JSON.parse(await stack.exportState()) as { deployment: { resources?: unknown[] } };
    assert.deepEqual(deployment.resources ?? [], []);
  });

  it("is shown at least ten times in docs/wrong-settings.md, each as it is", () => {
    assert.ok(seen.size >= 10);
    assert.deepEqual([...examples.keys()], [...seen.keys()]);
  });

  /** With what earlier ones have set back to its default. */
  async function setOnly(settings: Readonly<Record<string, string>>): Promise<void> {
    const used = wrongConfigurations.flatMap((each) => Object.keys(each.settings)).filter(isSetting);
    const defaults = Object.fromEntries(used.map((name) => [name, asText(defaultSettings[name])]));
    const { certificateDirectory } = settings;
    const atHand = certificateDirectory === certificateFolder ? { certificateDirectory: folder } : {};
    await stack.configure({ ...defaults, ...settings, ...atHand });
  }

  function asText(value: (typeof defaultSettings)[keyof typeof defaultSettings]): string {
    return typeof value !== "object" ? String(value) : Array.isArray(value) ? value.join(",") : JSON.stringify(value);
  }
});

function isSetting(name: string): name is keyof Settings {
  return name in defaultSettings;
}

/** What the program's error says, without the indentation of Pulumi's diagnostics. */
function messageIn(printed: string): string {
  const [, diagnostics = ""] = printed.split(/^Diagnostics:\n.*\n/m);
  const lines = diagnostics.split("\n").map((line) => line.replace(/^ {4}/, ""));
  const end = lines.findIndex((line, index) => index > 0 && line === "");
  return lines.slice(0, end === -1 ? undefined : end).join("\n");
}

function command([name, value]: readonly [string, string]): string {
  return `$ pulumi config set ${name} ${value}`;
}

/** The text blocks of docs/wrong-settings.md by their headings. */
async function documented(): Promise<Map<string, string>> {
  const text = await readFile(new URL("../../docs/wrong-settings.md", import.meta.url), "utf8");
  return new Map(
    [...text.matchAll(/^## (.+)\n\n```text\n([^]*?)\n```$/gm)].map(([, heading = "", block = ""]) => [heading, block]),
  );
}
