import { KubeconfigError } from "./kubeconfig-error.ts";

/**
 * One mapping of a kubeconfig, whose fields are read by their kind; one that is absent or null reads as empty. Raises
 * KubeconfigError, with the file and the field as `users[1].user.token`, for a field of another kind.
 */
export class Fields {
  /** The file, or whatever else it was written in. */
  readonly origin: string;
  /** Within it; empty for the whole. */
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(origin: string, path: string, value: unknown) {
    this.origin = origin;
    this.path = path;
    const values = value ?? {};
    if (!isMapping(values)) {
      throw new KubeconfigError(
        path === ""
          ? `${origin} holds no kubeconfig: that is a mapping with clusters, users and contexts`
          : `${origin}: ${path} is no mapping; see how \`kubectl config view\` writes it`,
      );
    }
    this.#values = values;
  }

  text(name: string): string {
    const value = this.#values[name] ?? "";
    if (typeof value !== "string") this.refuse(name, "is no text: write it in quotes");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (typeof value !== "boolean") this.refuse(name, "is neither true nor false: write one of them, without quotes");
    return value;
  }

  texts(name: string): string[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
      this.refuse(name, "is no list of texts");
    }
    return value;
  }

  /** What is written there in base64, still as base64. */
  base64(name: string): string {
    const value = this.text(name).replaceAll(/[\r\n]/g, "");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
      this.refuse(
        name,
        `is not in base64: write it with \`base64 --wrap=0 FILE\`, or name the file in the field ${name.replace(/-data$/, "")}`,
      );
    }
    return value;
  }

  mapping(name: string): Fields {
    return new Fields(this.origin, this.pathOf(name), this.#values[name]);
  }

  /** Undefined when there is none. */
  optionalMapping(name: string): Fields | undefined {
    return (this.#values[name] ?? undefined) === undefined ? undefined : this.mapping(name);
  }

  list(name: string): Fields[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value)) this.refuse(name, "is no list; see how `kubectl config view` writes it");
    return value.map((each: unknown, index) => new Fields(this.origin, `${this.pathOf(name)}[${index}]`, each));
  }

  names(): string[] {
    return Object.keys(this.#values);
  }

  /** As it is written, for what is only handed on. */
  raw(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  refuse(name: string, problem: string): never {
    throw new KubeconfigError(`${this.origin}: ${this.pathOf(name)} ${problem}`);
  }

  private pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
