/** Reads and keeps sensor values. */
import type { Reading, Unit as MeasuredIn } from "./types";
import { type Logger, open } from "./log.js";
import defaults, * as everything from "../config";
import fs = require("node:fs");
import Sub = Outer.Inner;
export type { Reading } from "./types";
export { open as reopen };

/** How a value was measured. */
export enum Quality {
  /** Nobody knows. */
  Unknown,
  Good = 1 << 1,
  "very good" = 4,
}

declare const enum Flag { On, Off }

/** Anything with an id. */
export interface Identified<Key extends string = string> extends Base, other.Thing<Key> {
  readonly id: Key;
  /** Its name, if it has one. */
  name?: string;
  rename(to: string): this;
  on(event: "change", listener: (value: Reading) => void): void;
  get size(): number;
  (call: number): string;
  new (id: Key): Identified<Key>;
  [extra: string]: unknown;
}

export type Listener<T> = (value: T, at?: Date) => void;
type Options = {
  interval: number;
  retry(times: number): boolean;
  onError: (error: Error) => void;
};
type Mapped<T> = { [Key in keyof T]?: T[Key] };
type Item<T> = T extends (infer Element)[] ? Element : never;

export const LIMIT: number = 100;
export let latest: Reading | undefined;
const cache = new Map<string, Reading>();

export function parse(text: string): Reading;
export function parse(text: Buffer, unit: MeasuredIn): Reading;
/** Parses one line. */
export function parse(text: string | Buffer, unit?: MeasuredIn, ...rest: string[]): Reading {
  let value = defaults.value;
  for (const part of rest) {
    if (part === text) {
      value += Number(part);
    } else {
      return open<Reading>(part)!;
    }
  }
  return { value, unit } as Reading;
}

export const isReading = (value: unknown): value is Reading => typeof value === "object" && value !== null;
const identity = async <T,>(value: T): Promise<T> => value;
function assertReading(value: unknown): asserts value is Reading {
  if (!isReading(value)) throw new TypeError("no reading");
}

/**
 * A device that measures.
 */
@register({ kind: "sensor" })
export abstract class Sensor<T extends Reading> extends Device<T> implements Identified, Disposable {
  static readonly #known = new Set<string>();
  private static instances = 0;
  protected readonly listeners: Listener<T>[] = [];
  public declare label: string;
  @observable() value?: T;
  handle = (reading: T): void => this.accept(reading);

  constructor(public readonly id: string, private logger: Logger, readonly unit: string, interval = 10) {
    super(interval);
    Sensor.instances++;
  }

  /** Reads once. */
  abstract read(timeout: number): Promise<T>;
  protected abstract get kind(): string;

  accept(reading: T): void;
  accept(reading: T, quality: Quality): void;
  accept(reading: T, quality?: Quality): void {
    switch (quality) {
      case Quality.Good:
        this.value = reading;
        break;
      case undefined:
      default:
        this.logger?.warn(quality);
    }
    this.listeners.forEach((listener) => listener(reading));
  }

  get size(): number { return this.listeners.length; }
  set size(size: number) { this.listeners.length = size; }
  private async reset(): Promise<void> {
    try {
      await this.read(1);
    } catch (error: unknown) {
      this.logger.error(error as Error);
    }
  }
  static create<U extends Reading>(this: new (id: string) => U, id: string): U { return new this(id); }
}

export namespace Units.Metric {
  export const METER = "m";
  let hidden = 1;
  /** Converts to metres. */
  export function toMeters(value: number): number { return value * hidden; }
  export interface Scale { factor: number }
}

declare module "legacy-sensor" {
  export function connect(port: number): Sensor<Reading>;
  const version: string;
}

declare global {
  interface Window { sensors: Sensor<Reading>[] }
  var debug: boolean;
}

declare function native(code: number): void;
declare const VERSION: string;
declare class Handle { close(): void }
export declare let mode: "fast" | "slow";
export default interface Config { path: string }

const registry = {
  add(sensor: Sensor<Reading>) { cache.set(sensor.id, sensor.value!); },
  find: (id: string) => cache.get(id),
} satisfies Record<string, unknown>;

test("parses a line", () => {
  const reading = parse("1 m");
  expect(reading.value).toBe(1);
});

/** Stands before the broken region. */
function before(): number { return LIMIT; }
export { before, registry as default };
class Broken {
  method(first: : string {
    return [;
  }
}

/** Stands behind it. */
function after(): number { return before(); }

export const last: Listener<number> = (value) => native(value);
