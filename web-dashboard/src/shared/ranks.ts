/**
 * Ranks for cards that were moved here and not yet placed by the server: a text between two others, byte by byte. The server's own
 * rank replaces it with the next event, so all that counts is the order until then.
 */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const value = (text: string, at: number, otherwise: number) => {
  const digit = text[at];
  return digit === undefined ? otherwise : DIGITS.indexOf(digit);
};

/** A text after `below` and before `above`; either may be missing. Neither ends in `0`, as the server's do not. */
export function between(below: string | undefined, above: string | undefined): string {
  let out = "";
  const low = below ?? "";
  let high = above;
  for (let at = 0; ; at++) {
    const from = value(low, at, 0);
    const to = high === undefined ? DIGITS.length : value(high, at, 0);
    if (from === to) {
      out += DIGITS[from]!;
      continue;
    }
    const middle = Math.floor((from + to) / 2);
    if (middle > from) return out + DIGITS[middle]!;
    // Neighbours: what follows the lower digit is below the higher one, whatever it is.
    out += DIGITS[from]!;
    high = undefined;
  }
}

/** The order of a column: by rank, then by identity, byte by byte. */
export function inOrder(a: { rank: string; id: string }, b: { rank: string; id: string }): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
