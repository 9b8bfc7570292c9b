import { MemoryStore } from "../../../copy/memory-store.ts";
import { smallState, type FakePlanEnvironment } from "../fake-plan-environment.ts";

// What the plan says of the legacy Trident's state, each as the only thing that is wrong.

export function namesNoBackend(environment: FakePlanEnvironment): void {
  environment.withLegacy({ ...smallState, "/trident/v1/volume/pvc-1": '{"backend":"missing","Config":{}}' });
}

export function isBeforeEtcdv3(environment: FakePlanEnvironment): void {
  environment.withLegacy({}).etcdv2Nodes = 12;
}

export function hasLeases(environment: FakePlanEnvironment): void {
  const source = environment.withLegacy().source;
  const read = source?.range.bind(source);
  if (source === undefined || read === undefined) return;
  source.range = async (request) => {
    const page = await read(request);
    const entries = page.entries.map((entry) => ({ ...entry, lease: entry.value.length > 2 ? 7n : 0n }));
    return { ...page, entries };
  };
}

export function isTooLarge(environment: FakePlanEnvironment): void {
  environment.withLegacy().source = new HugeStore();
}

export function cannotBeRead(environment: FakePlanEnvironment): void {
  const { source } = environment.withLegacy();
  if (source !== undefined) source.status = () => Promise.reject(new Error("no answer in 10 s"));
}

/** One key whose value seems to be larger than an etcd may be; nothing of that size is made. */
class HugeStore extends MemoryStore {
  constructor() {
    super("the embedded etcd", "1", { "/trident/v1/node/a": "{}" });
  }

  override async status(): ReturnType<MemoryStore["status"]> {
    return { ...(await super.status()), version: "3.3.12" };
  }

  override async range(request: Parameters<MemoryStore["range"]>[0]): ReturnType<MemoryStore["range"]> {
    const page = await super.range(request);
    const buffer = Buffer.alloc(0);
    const place = { buffer, keyStart: 0, keyEnd: 20, valueStart: 0, valueEnd: 3 * 1024 ** 3 };
    return { ...page, entries: page.entries.map((entry) => ({ ...entry, place })) };
  }
}
