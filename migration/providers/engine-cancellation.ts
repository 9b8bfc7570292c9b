import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { MigrationInterruptedError } from "../lease/interruption.ts";

export interface EngineCancellation {
  /** Aborted with a MigrationInterruptedError. */
  readonly signal: AbortSignal;
  readonly stop: () => void;
}

const channel = "http2.server.stream.created";
const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Watches for the call by which Pulumi's engine tells its plugins that the user pressed ^C: the signal itself goes to the engine
 * alone, and Pulumi's host of dynamic providers answers the call without a word to them. It comes in by Node's HTTP/2, which
 * tells of it here. A Node that did not would let the migration go on to its end.
 */
export function watchEngineCancellation(say: () => void): EngineCancellation {
  const controller = new AbortController();
  const onStream = (message: unknown): void => {
    if (controller.signal.aborted || pathOf(message) !== cancelPath) return;
    say();
    controller.abort(new MigrationInterruptedError());
  };
  subscribe(channel, onStream);
  return {
    signal: controller.signal,
    stop: () => {
      unsubscribe(channel, onStream);
    },
  };
}

function pathOf(message: unknown): string | undefined {
  return (message as { readonly headers?: Readonly<Record<string, string>> } | undefined)?.headers?.[":path"];
}
