/** How well a text fits what was typed; 0 is not at all. All letters must come in order, and beginnings of words count more. */
export function fits(text: string, typed: string): number {
  if (!typed) return 1;
  const [low, wanted] = [text.toLowerCase(), typed.toLowerCase()];
  const at = low.indexOf(wanted);
  if (at === 0) return 100;
  if (at > 0) return /[\s\-_/.:]/.test(low[at - 1]!) ? 80 : 60;
  let place = 0;
  let score = 10;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const next = low.indexOf(letter, place);
    if (next < 0) return 0;
    if (next === place) score += 1;
    place = next + 1;
  }
  return Math.min(score, 40);
}
