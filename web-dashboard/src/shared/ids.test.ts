import { expect, test } from "vitest";
import { encode, fresh, uuidv7 } from "./ids";

test("the text is that of the TypeID specification", () => {
  expect(encode(0x01890a5dac96774bbcceb302099a8057n)).toBe("01h455vb4pex5vsknk084sn02q");
});

test("identities are of version 7, carry the time, and rise even when the clock is set back", () => {
  const at = Date.UTC(2030, 0, 1);
  const bits = uuidv7(at);
  expect(Number(bits >> 80n)).toBe(at);
  expect([(bits >> 76n) & 0xfn, (bits >> 62n) & 0x3n]).toEqual([7n, 2n]);
  const many = [bits, ...Array.from({ length: 1_000 }, (_, round) => uuidv7(at - round))];
  expect(many.every((one, index) => index === 0 || one > many[index - 1]!)).toBe(true);
});

test("an identity says what it names", () => {
  expect(fresh("tsk")).toMatch(/^tsk_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
});
