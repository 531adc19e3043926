/** A key of a name: its capitals, or its first letters. */
export function keyOf(name: string): string {
  const words = name.trim().toUpperCase().replace(/[^A-Z0-9\s-]/g, "").split(/[\s-]+/).filter(Boolean);
  const key = words.length > 1 ? words.map((word) => word[0]).join("") : (words[0] ?? "").slice(0, 4);
  return key.replace(/^[0-9]+/, "").slice(0, 10);
}
