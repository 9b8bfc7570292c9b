/** An argument that is not taken. */
export interface LeftArgument {
  /** As it was written, without its value. */
  readonly name: string;
  readonly why: string;
}

export interface ExtraArguments {
  /** As they were written. */
  readonly taken: string[];
  /** Those of them, by their names. */
  readonly names: string[];
  readonly left: LeftArgument[];
}

// main.go of Trident 19.04 has these flags. Go takes them with one hyphen or two; only one that is true or false needs no value.
const flags: Readonly<Record<string, { readonly isBoolean?: true; readonly left?: string }>> = {
  log_level: {},
  k8s_api_server: {},
  k8s_config_path: {},
  https_rest: { isBoolean: true },
  https_address: {},
  https_port: {},
  https_ca_cert: {},
  https_server_key: {},
  https_server_cert: {},
  https_client_key: {},
  https_client_cert: {},
  ...leftOut("this program asks Trident at 127.0.0.1:8000", ["address", "port"]),
  rest: { isBoolean: true, left: "this program asks Trident at 127.0.0.1:8000" },
  ...leftOut("it is for Docker", ["volume_driver", "driver_port", "config"]),
  ...leftOut("it is for CSI, which needs containers of its own", ["csi_endpoint", "csi_node_name", "csi_role"]),
  ...leftOut("the etcd's own take its place", ["etcd_v2", "etcd_v3", "etcd_v3_cert", "etcd_v3_cacert", "etcd_v3_key"]),
  no_persistence: { isBoolean: true, left: "its state would be lost" },
  passthrough: { isBoolean: true, left: "its state would not be used" },
  k8s_pod: { isBoolean: true, left: "it is given anyway" },
  debug: { isBoolean: true, left: "tridentDebug says it" },
};

function leftOut(why: string, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { left: why }]));
}

/** Which of Trident's arguments can be given to the new one besides its own, and why the others can't. */
export function extraArguments(args: readonly string[]): ExtraArguments {
  const found: ExtraArguments = { taken: [], names: [], left: [] };
  for (let index = 0; index < args.length; index += 1) {
    const text = args[index] ?? "";
    const [, name, value] = /^--?([^=-][^=]*)(=.*)?$/s.exec(text) ?? [];
    const flag = name === undefined ? undefined : flags[name];
    if (name === undefined || flag === undefined) {
      found.left.push({
        name: name === undefined ? "one that is no flag" : `-${name}`,
        why: "Trident 19.04 does not know it",
      });
      // Its value, if the next one is that.
      while (index + 1 < args.length && args[index + 1]?.startsWith("-") !== true) index += 1;
      continue;
    }
    const whole = [text];
    if (value === undefined && flag.isBoolean !== true && index + 1 < args.length) whole.push(args[(index += 1)] ?? "");
    if (flag.left === undefined) {
      found.taken.push(...whole);
      found.names.push(`-${name}`);
    } else {
      found.left.push({ name: `-${name}`, why: flag.left });
    }
  }
  return found;
}
