import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { defaultSettings } from "../../../program/settings/settings.ts";
import { blockedPlans } from "./scene/blocked-plans.ts";
import { planOf } from "./scene/plan-scene.ts";

/** What kubectl calls what it is told to do, and to what. */
const verbs = [
  "annotate",
  "api-versions",
  "create",
  "delete",
  "describe",
  "exec",
  "get",
  "label",
  "logs",
  "patch",
  "rollout",
  "scale",
];
const kinds =
  /^(deployments?|pods?|pvc|persistentvolumeclaims?|configmaps?|secrets?|lease|namespaces?|etcdclusters?|pv|crd|customresourcedefinition|statefulsets?|serviceaccounts?|services?|resourcequotas?|limitranges?|storageclass(es)?|[a-z]+\.[a-z.]+)([/.,]|$)/;

describe("each command in a blocker's remedy", () => {
  for (const [kind, arrange, change] of blockedPlans) {
    it(`of ${kind} is one that can be given`, async () => {
      const { blockers } = await planOf(arrange, change);
      for (const { remedy } of blockers) {
        for (const command of commandsIn(remedy)) assertWorks(command);
        for (const [page] of remedy.matchAll(/docs\/[a-z-]+\.(?:md|yaml)/g)) {
          assert.ok(existsSync(new URL(`../../../${page}`, import.meta.url)), page);
        }
      }
    });
  }
});

function commandsIn(text: string): string[] {
  return [...text.matchAll(/`((?:kubectl|pulumi) [^`]+)`/g)].flatMap(([, command = ""]) => command.split(/ && | \| /));
}

function assertWorks(command: string): void {
  const words = command.split(" ");
  if (words[0] === "pulumi") assertPulumi(command, words);
  if (words[0] === "kubectl") assertKubectl(command, words);
}

function assertPulumi(command: string, [, verb = "", action = "", ...others]: string[]): void {
  assert.ok(["up", "preview", "destroy", "config", "stack", "state", "refresh", "cancel"].includes(verb), command);
  if (verb !== "config") return;
  assert.ok(["set", "rm"].includes(action), command);
  const name = others.find((word) => !word.startsWith("--")) ?? "";
  assert.ok(name in defaultSettings || name.startsWith("kubernetes:"), `${name} is no setting: ${command}`);
}

function assertKubectl(command: string, said: string[]): void {
  // A file of this program, which is looked for above.
  if (/ apply --server-side --filename docs\/\S+$/.test(command)) return;
  // What follows is for the container.
  const words = said.includes("--") ? said.slice(0, said.indexOf("--")) : said;
  const flags = words.slice(1).filter((word) => word.startsWith("-") && word !== "-");
  for (const flag of flags) assert.match(flag, /^(--[a-z-]+(=.*)?|-)$/, command);
  const [verb = "", ...objects] = withoutNamespace(words);
  assert.ok(verbs.includes(verb), `${verb}: ${command}`);
  if (["api-versions", "create", "exec", "logs"].includes(verb)) return;
  const [first = ""] = verb === "rollout" ? objects.slice(1) : objects;
  assert.match(first, kinds, command);
}

function withoutNamespace(words: string[]): string[] {
  return words.slice(1).filter((word, index, all) => word !== "--namespace" && all[index - 1] !== "--namespace");
}
