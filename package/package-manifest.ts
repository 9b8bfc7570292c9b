/** The parts of a package.json that matter here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  /** Each a module of TypeScript. */
  readonly exports?: Readonly<Record<string, string>>;
}

/** As it is published; written as JSON, in this order. */
export interface PublishedManifest extends Omit<Manifest, "exports"> {
  readonly type: "module";
  readonly main?: string;
  readonly types?: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly files: readonly string[];
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Of these a program may have only one: its resources and the library's are to meet in one Pulumi. */
const sharedWithTheProgram = ["@pulumi/kubernetes", "@pulumi/pulumi"];
/** What `npm ci` in the checkout brings to run on; a user of the library has a Node already. */
const onlyForTheCheckout = ["node"];

/** The library's, made from the program's: one entry point, and of its dependencies those that the library uses. */
export function libraryManifest(program: Manifest): PublishedManifest {
  const dependencies = Object.entries(program.dependencies).filter(([name]) => !onlyForTheCheckout.includes(name));
  const isShared = ([name]: [string, string]): boolean => sharedWithTheProgram.includes(name);
  return {
    ...described(program),
    exports: { ".": compiled("./library.ts") },
    // For compilers that don't know `exports`, as those of CommonJS programs; Node minds none of the two.
    main: "./library.js",
    types: "./library.d.ts",
    dependencies: Object.fromEntries(dependencies.filter((each) => !isShared(each))),
    peerDependencies: Object.fromEntries(dependencies.filter(isShared).map(([name, version]) => [name, `^${version}`])),
  };
}

/**
 * That of the package with the copy and the migration. Its modules keep the names that they are exported under in the checkout, which
 * end in .ts, since the providers that Pulumi has frozen into the state of stacks ask for them so.
 */
export function migrationManifest(migration: Manifest): PublishedManifest {
  const { exports = {} } = migration;
  return {
    ...described(migration),
    ...(migration.bin === undefined ? {} : { bin: migration.bin }),
    exports: Object.fromEntries(Object.entries(exports).map(([name, source]) => [name, compiled(source)])),
    dependencies: migration.dependencies,
  };
}

function described({ name, version, description, license, engines }: Manifest) {
  return { name, version, description, license, type: "module", engines, files: ["**/*.js", "**/*.d.ts"] } as const;
}

function compiled(source: string): { types: string; default: string } {
  const module = source.replace(/\.ts$/, "");
  return { types: `${module}.d.ts`, default: `${module}.js` };
}
