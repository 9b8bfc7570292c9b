import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import typescript from "typescript";
import { buildPackages, packPackages, type BuiltPackages } from "../../package/build-packages.ts";
import { importedPackages } from "../../package/imported-packages.ts";
import type { PublishedManifest } from "../../package/package-manifest.ts";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const run = promisify(execFile);

/** Of the library's resources, as the text that is frozen into a stack's state asks for them. */
const providers = ["copy-provider", "providers/claim-provider", "uninstall/destroy-step-provider"];

/** Such as `setting migrate`, or a command that sets it; Pulumi's own are not the program's. */
const settingOfTheProgram =
  /pulumi config (set|rm) (?!kubernetes:)|\bsettings? (?!kubernetes:)[a-z]|\bexistingEtcd[A-Z]\w+ /i;

describe("the packages as they are published", () => {
  let folder: string;
  let built: BuiltPackages;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-packages-"));
    built = await buildPackages(folder);
  });

  after(() => rm(folder, { recursive: true }));

  /** Of a module that is asked for by its frozen name. */
  function fileOf(module: string): string {
    const place = manifestOf(built.migration).exports[`./${module}.ts`];
    return path.join(built.migration, place?.default ?? "");
  }

  for (const name of ["library", "migration"] as const) {
    it(`declares all that the ${name} imports, and nothing else`, () => {
      const manifest = manifestOf(built[name]);
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      const imported = filesOf(built[name]).flatMap((file) => importedPackages(readFileSync(file, "utf8")));
      assert.deepEqual([...new Set(imported)].sort(), declared.sort());
    });

    it(`has, in the ${name}, the version of the checkout, and every file that it exports`, async () => {
      const { version, exports } = manifestOf(built[name]);
      assert.equal(version, manifestOf(repositoryRoot).version);
      const whole = Object.values(exports).filter(({ default: file }) => !file.includes("*"));
      for (const { types, default: file } of whole) {
        assert.match(await readFile(path.join(built[name], types), "utf8"), /export/);
        assert.match(await readFile(path.join(built[name], file), "utf8"), /export/);
      }
      assert.ok(whole.length > 0);
    });

    it(`packs, of the ${name}, what was compiled and what npm wants to know, and no source`, async () => {
      const tarballs = await packPackages(built, path.join(folder, "tarballs"));
      const { stdout } = await run("tar", ["--list", "--gzip", "--file", tarballs[name]]);
      const packed = stdout.trim().split("\n");
      const others = packed.filter((file) => !/\.(js|d\.ts)$/.test(file)).sort();
      assert.deepEqual(others, ["package/LICENSE", "package/README.md", "package/package.json"]);
      assert.deepEqual(
        packed.filter((file) => /(^|\/)test\//.test(file)),
        [],
      );
      assert.equal(packed.length - 1, filesOf(built[name]).length + 2);
    });
  }

  it("depends on the copy of the same version", () => {
    assert.equal(
      manifestOf(built.library).dependencies["@trident-etcd/migration"],
      manifestOf(built.migration).version,
    );
  });

  it("has each module that what is frozen into a stack's state asks for", () => {
    const asked = filesOf(built.library)
      .filter((file) => file.endsWith(".js"))
      .flatMap(askedBy);
    const modules = new Set(asked);
    assert.deepEqual([...modules].sort(), providers);
    for (const module of modules) {
      assert.ok(`./${module}.ts` in manifestOf(built.migration).exports, module);
      readFileSync(fileOf(module));
    }
  });

  it("does not speak of Trident in its documentation", () => {
    for (const file of filesOf(built.library)) {
      const text = readFileSync(file, "utf8").replaceAll("trident-etcd", "");
      assert.doesNotMatch(text, /trident/i, file);
    }
  });

  it("says how its inputs are called as settings of the program at one place alone", () => {
    const settings = path.join(built.migration, "wording", "in-settings.js");
    const cli = path.join(built.migration, "cli");
    for (const file of filesOf(built.migration)) {
      if (file === settings || file.startsWith(cli) || !file.endsWith(".js")) continue;
      for (const text of textsOf(file)) assert.doesNotMatch(text, settingOfTheProgram, file);
    }
  });

  for (const provider of providers) {
    it(`does not speak of Trident in anything that ${provider} says`, () => {
      const reached = modulesFrom(fileOf(provider));
      assert.ok(reached.size > 20, `only ${reached.size} modules`);
      for (const file of reached) {
        for (const text of textsOf(file)) assert.doesNotMatch(text.replaceAll("trident-etcd", ""), /trident/i, file);
      }
    });

    it(`names no setting of the program in anything that ${provider} says`, () => {
      for (const file of modulesFrom(fileOf(provider))) {
        for (const text of textsOf(file)) {
          assert.doesNotMatch(text, settingOfTheProgram, file);
        }
      }
    });
  }
});

function manifestOf(folder: string): PublishedManifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as PublishedManifest;
}

function filesOf(folder: string): string[] {
  return globSync("**/*.{js,d.ts}", { cwd: folder }).map((file) => path.join(folder, file));
}

/** All that it loads of its own package. */
function modulesFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { fileName } of typescript.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
    if (fileName.startsWith(".")) modulesFrom(path.resolve(path.dirname(file), fileName), seen);
  }
  return seen;
}

/** The modules of the migration that it names, for the text that is frozen, other than by importing them. */
function askedBy(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const imported = typescript.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return textsOf(file).flatMap((each) => {
    const module = /^@trident-etcd\/migration\/(.+)\.ts$/.exec(each)?.[1];
    return module === undefined || imported.includes(each) ? [] : [module];
  });
}

/** What stands between quotes of any kind in a program; not its comments. */
function textsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: typescript.Node): void => {
    if (typescript.isStringLiteralLike(node) || typescript.isTemplateLiteralToken(node)) texts.push(node.text);
    typescript.forEachChild(node, visit);
  };
  visit(typescript.createSourceFile(file, readFileSync(file, "utf8"), typescript.ScriptTarget.Latest));
  return texts;
}
