/** Identities as the server has them: UUIDs of version 7 in the text form of the TypeID specification, `tsk_01h455vb4pex5vsknk084sn02q`. */

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

export type Prefix =
  | "cmd" | "tsk" | "cmt" | "col" | "lbl" | "epic" | "spr" | "time" | "view" | "anc" | "prj" | "org" | "role" | "team";

let last = 0n;

/** The 128 bits of a UUID of version 7. Those of one page rise, also within a millisecond and when the clock is set back. */
export function uuidv7(now: number = Date.now()): bigint {
  const random = crypto.getRandomValues(new Uint8Array(10));
  let noise = 0n;
  for (const byte of random) noise = (noise << 8n) | BigInt(byte);
  const randA = (noise >> 68n) & 0xfffn;
  const randB = noise & 0x3fff_ffff_ffff_ffffn;
  let bits = (BigInt(now) << 80n) | (0x7n << 76n) | (randA << 64n) | (0b10n << 62n) | randB;
  // Adding to the random part keeps version and variant, but for a carry that 2^61 more of them would need.
  if (bits <= last) bits = last + 1n;
  last = bits;
  return bits;
}

export function encode(bits: bigint): string {
  let text = "";
  let rest = bits;
  for (let place = 0; place < 26; place++) {
    text = DIGITS[Number(rest & 31n)]! + text;
    rest >>= 5n;
  }
  return text;
}

/** A fresh identity. */
export function fresh<P extends Prefix>(prefix: P): string {
  return `${prefix}_${encode(uuidv7())}`;
}
