import { counted } from "./counted.ts";

const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

/** `812 bytes`, `1.9 MiB` */
export function describeBytes(bytes: number): string {
  if (bytes < 1024) {
    return counted(bytes, "byte");
  }
  let amount = bytes / 1024;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

/** `0.4 s`, `42 s`, `3 min 20 s`, `2 h 5 min` */
export function describeDuration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
