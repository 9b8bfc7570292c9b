/** The two clocks of a machine, both in milliseconds. */
export interface Clocks {
  /** May be set, forward or back. */
  wall(): number;
  /** Never goes back, and may stand still while the machine is suspended. */
  monotonic(): number;
}

const ofThisMachine: Clocks = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * Counts the milliseconds that have passed, those of a suspended machine too: between any two looks what the clock says that
 * went further. A wall clock that is set back makes nothing younger, also not what comes after.
 */
export class PassedTime {
  readonly #clocks: Clocks;
  #wall: number;
  #monotonic: number;
  #passed = 0;

  constructor(clocks: Clocks = ofThisMachine) {
    this.#clocks = clocks;
    this.#wall = clocks.wall();
    this.#monotonic = clocks.monotonic();
  }

  /** Since it was made. */
  now(): number {
    const [wall, monotonic] = [this.#clocks.wall(), this.#clocks.monotonic()];
    this.#passed += Math.max(wall - this.#wall, monotonic - this.#monotonic, 0);
    [this.#wall, this.#monotonic] = [wall, monotonic];
    return this.#passed;
  }
}
