import type { Clocks } from "../../../migration/lease/passed-time.ts";

/** A machine's clocks, moved by hand. */
export class FakeClocks implements Clocks {
  #wall = 1_900_000_000_000;
  #monotonic = 5000;

  wall(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  run(milliseconds: number): void {
    this.#wall += milliseconds;
    this.#monotonic += milliseconds;
  }

  /** As a suspended laptop does. */
  sleep(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  setWall(by: number): void {
    this.#wall += by;
  }
}
