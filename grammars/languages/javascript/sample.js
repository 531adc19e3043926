#!/usr/bin/env node
/**
 * Keeps the opening hours of shops.
 */
import "./polyfill.js";
import React from "react";
import * as path from "node:path";
import clock, { now, format as formatTime, "odd name" as odd } from "./clock.mjs";
export { parse, stringify as toText } from "./text.js";
export * from "./errors.js";
export * as units from "./units.js";

const fs = require("fs");
const { readFile, writeFile: save } = require("fs/promises");
const resolve = require("path").resolve;
require("./side-effect");

/** How many shops a page shows. */
export const PAGE_SIZE = 20;
export let current = null, previous = null;
var legacy = true;
const [first, second] = [1, 2];
const { host, port: listenPort } = { host: "localhost", port: 80 };

/**
 * Finds a shop by its name.
 * @param {string} name
 */
export async function findShop(name, { strict = false, limit } = {}, ...rest) {
  if (!name) {
    return null;
  } else if (strict && limit > 0 || rest.length) {
    const shop = await load(name);
    return shop ?? null;
  }
  for (const [key, value] of Object.entries(rest)) {
    if (key === name) continue;
    legacy = value ? key : name;
  }
  return import("./shops/" + name);
}

function load(name) {
  outer: for (var i = 0; i < 3; i++) {
    for (const kind in hours) {
      switch (kind) {
        case "day":
        case "week":
          break outer;
        default:
          i += 1;
      }
    }
  }
  try {
    return JSON.parse(name);
  } catch (error) {
    // FIXME: tell the user (DM-31)
    console.error(error, i);
  } finally {
    hoisted();
  }
  function hoisted() {
    return name;
  }
}

function* ids() {
  let id = 0;
  while (true) yield id++;
}

// Closed on holidays.
const isOpen = (shop, at = now()) => shop.hours.some((hour) => hour.from <= at && at < hour.to);
const half = x => x / 2, twice = function (x) { return x * 2; };

/** What the rest of the program uses. */
const hours = {
  /** Opening time. */
  open: (shop) => shop.open,
  close: function (shop) {
    return shop.close;
  },
  get today() {
    return now();
  },
  async refresh() {
    await save("hours", this.open);
  },
  nested: { inner: () => 1 },
};

export class Shop extends Base {
  static #count = 0;
  name = "";
  onClick = (event) => this.rename(event.target.value);

  constructor(name) {
    super(name);
    this.name = name;
    this.format = function (time) { return formatTime(time); };
  }

  get label() {
    return `${this.name} (${Shop.#count})`;
  }

  set label(value) {
    this.name = value;
  }

  static create(name) {
    Shop.#count++;
    return new this(name);
  }

  #reset() {}
  async *[Symbol.asyncIterator]() {}
  rename(name) {
    const shop = new Shop(name);
    this.#reset();
    return shop.label ? new path.Parser(shop) : super.rename(name);
  }
}

const Kiosk = class extends Shop {};

function Legacy() {}
Legacy.prototype.greet = function (who) { return who; };
Legacy.prototype.bye = (who) => who;
Legacy.from = function (text) { return new Legacy(text); };
exports.makeShop = function (name) { return Shop.create(name); };
module.exports.makeKiosk = (name) => new Kiosk(name);
module.exports = { findLater, isOpen };

function findLater(list) {
  let a = 1, b = 2;
  [a, b] = [b, a];
  ({ a, b } = list);
  const { x, deep: { y = 2 } } = list;
  return list.map(({ id }) => id + a + x + y).filter(Boolean);
}

export default function ShopList({ shops }) {
  const rows = shops.map((shop) => <Row key={shop.id} {...shop} />);
  return <ui.Table title="Shops"><caption>{rows.length}</caption>{rows}</ui.Table>;
}

describe("hours", () => {
  beforeEach(() => { current = null; });
  it("opens in the morning", async () => {
    const shop = await findShop("corner");
    expect(isOpen(shop)).toBe(true);
  });
  test.each([1, 2])("has %i days", function (days) { expect(days).toBeTruthy(); });
  it.skip(`closes`, { timeout: 10 }, () => {});
});

/** Stands before the broken region. */
function before() { return 1; }
export { before, Last as Final };
function broken(first: ) {
  return [;
}

/** Stands behind it. */
function after() { return before(); }

class Last { method() {} }
