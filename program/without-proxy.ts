import type { TridentPod } from "@trident-etcd/migration/trident/new/trident-pod.ts";

type Variable = NonNullable<TridentPod["env"]>[number];

/**
 * The same pod, whose etcd no proxy comes between: Trident's own client of etcd dials by itself, but newer ones go through HTTPS_PROXY.
 * Nothing changes where no proxy is given; a NO_PROXY that refers to a value kept elsewhere stays as it is.
 */
export function withoutProxyTo(host: string, pod: TridentPod): TridentPod {
  const { env = [] } = pod;
  if (!env.some(({ name }) => /^https?_proxy$/i.test(name))) return pod;
  const exceptions = env.filter(({ name }) => /^no_proxy$/i.test(name));
  if (exceptions.length === 0) return { ...pod, env: [...env, { name: "NO_PROXY", value: host }] };
  return { ...pod, env: env.map((each) => (exceptions.includes(each) ? withHost(each, host) : each)) };
}

function withHost(variable: Variable, host: string): Variable {
  const { name, value } = variable;
  if (value === undefined) return variable;
  const hosts = value.split(",").map((each) => each.trim());
  return hosts.includes(host) || hosts.includes("*")
    ? variable
    : { name, value: [...hosts, host].filter((each) => each !== "").join(",") };
}
