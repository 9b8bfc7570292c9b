import { unlessAborted } from "../kubernetes/unless-aborted.ts";

/** The same pieces, until the signal is aborted: then its reason, without another one being waited for. */
export async function* untilAborted(
  content: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const pieces = content[Symbol.asyncIterator]();
  let isWhole = false;
  try {
    for (;;) {
      const next = await unlessAborted(pieces.next(), signal);
      isWhole = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: it ends with the piece that is under way, or with its connection.
    if (!isWhole) void Promise.resolve(pieces.return?.()).catch(() => undefined);
  }
}
