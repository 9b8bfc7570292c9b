import type { ServedObject, ClusterReader } from "./cluster-reader.ts";

/** A Secret with which pods are to pull. */
export interface PullSecret {
  readonly name: string;
  /** Undefined when there is none of that name. */
  readonly type?: string;
}

export interface PullSecretFacts {
  /** Those that may be looked at. */
  readonly secrets: readonly PullSecret[];
  /** What ServiceAccount `default` pulls with; undefined where it is not asked for, or can't be. */
  readonly ofDefaultAccount?: readonly string[];
}

/** @param wanted names of Secrets; and whether the members, which have that ServiceAccount, are to pull with any. */
export async function readPullSecrets(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  namespace: string,
  wanted: { readonly names: readonly string[]; readonly byMembers: boolean },
): Promise<PullSecretFacts> {
  const core = `/api/v1/namespaces/${namespace}`;
  const secrets = await Promise.all(
    wanted.names.map(async (name) => {
      const path = `${core}/secrets/${name}`;
      const served = await reader.read(path);
      if (reader.refusalOf(path) !== undefined) return [];
      const { type } = (served ?? {}) as { readonly type?: string };
      return [type === undefined ? { name } : { name, type }];
    }),
  );
  if (!wanted.byMembers) return { secrets: secrets.flat() };
  const account = await reader.read(`${core}/serviceaccounts/default`);
  return { secrets: secrets.flat(), ...(account === undefined ? {} : { ofDefaultAccount: namesIn(account) }) };
}

function namesIn(account: ServedObject): string[] {
  const { imagePullSecrets = [] } = account as { imagePullSecrets?: readonly { name?: string }[] };
  return imagePullSecrets.map(({ name = "" }) => name);
}
