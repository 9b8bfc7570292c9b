import * as pulumi from "@pulumi/pulumi";

/** What a module of the migration's package exports for one kind of resource: a ResourceProvider, whose `delete` goes by `remove`. */
export interface ProviderModule {
  check(olds: unknown, news: unknown): Promise<pulumi.dynamic.CheckResult>;
  diff(id: string, olds: unknown, news: unknown): Promise<pulumi.dynamic.DiffResult>;
  create(inputs: unknown): Promise<pulumi.dynamic.CreateResult>;
  read(id: string, props: unknown): Promise<pulumi.dynamic.ReadResult>;
  update(id: string, olds: unknown, news: unknown): Promise<pulumi.dynamic.UpdateResult>;
  remove(id: string, props: unknown): Promise<void>;
}

/** Node's, as it is where the frozen text runs. */
declare function require(name: string): ProviderModule;

/**
 * A provider that asks a module of the migration's package, by one of the names that it exports for good: migration/package.json says
 * where each of these is now.
 *
 * Pulumi freezes the text of these functions, and the name, into the stack's state, and runs that text even when this file has changed
 * since. So each only calls the module, which is looked up anew in whatever version is installed.
 */
export function dynamicProvider(name: string): pulumi.dynamic.ResourceProvider {
  return {
    check: (olds, news) => require(name).check(olds, news),
    diff: (id, olds, news) => require(name).diff(id, olds, news),
    create: (inputs) => require(name).create(inputs),
    read: (id, props) => require(name).read(id, props),
    update: (id, olds, news) => require(name).update(id, olds, news),
    delete: (id, props) => require(name).remove(id, props),
  };
}

/** A resource with such a provider, which keeps a kubeconfig as a secret. Outputs that are no inputs are declared as undefined ones. */
export abstract class DynamicResource extends pulumi.dynamic.Resource {
  constructor(
    provider: pulumi.dynamic.ResourceProvider,
    type: string,
    name: string,
    inputs: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      provider,
      name,
      inputs,
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["kubeconfig"] }),
      "trident-etcd",
      type,
    );
  }
}
