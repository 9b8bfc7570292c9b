/** A good answer of Trident's REST API: a success that lists backends. */
export interface GoodAnswer {
  /** The pod that gave it. */
  readonly pod: string;
  /** When it was there, in milliseconds of one clock. */
  readonly at: number;
}

/** What was seen of Trident from outside. */
export interface Observations {
  readonly answers: readonly GoodAnswer[];
  /** When the container of each pod's Trident was first seen running, by the same clock. */
  readonly runningSince: ReadonlyMap<string, number>;
}

export interface Outage {
  /** From the last good answer of the old Trident to the first of another. */
  readonly seconds: number;
  /** The end of it: from when the new Trident's container ran, which is when it began to read its state. */
  readonly tridentStartSeconds: number;
}

/** What was seen does not tell of an outage with a beginning and an end. */
export class OutageUnknownError extends Error {
  override readonly name = "OutageUnknownError";
}

/** @throws OutageUnknownError */
export function outageOf({ answers, runningSince }: Observations): Outage {
  const oldPod = answers[0]?.pod;
  const last = answers.findLast(({ pod }) => pod === oldPod);
  const first = answers.find(({ pod }) => pod !== oldPod);
  if (last === undefined) throw new OutageUnknownError("the old Trident never answered");
  if (first === undefined) throw new OutageUnknownError(`no Trident answered after pod ${last.pod}`);
  if (first.at <= last.at) {
    throw new OutageUnknownError(`pod ${first.pod} answered before pod ${last.pod} had ended: two Tridents at once`);
  }
  const startedAt = runningSince.get(first.pod) ?? first.at;
  return { seconds: (first.at - last.at) / 1000, tridentStartSeconds: (first.at - startedAt) / 1000 };
}
