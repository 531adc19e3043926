import { expect, test } from "vitest";
import { between, inOrder } from "./ranks";

test("there is always room between two", () => {
  expect([between(undefined, undefined), between("V", undefined), between(undefined, "V"), between("A", "B")]).toEqual(["V", "k", "F", "AV"]);
});

test("ten thousand ranks at random places stay in order", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const ranks: string[] = [];
  for (let round = 0; round < 10_000; round++) {
    const at = random(ranks.length + 1);
    const made = between(ranks[at - 1], ranks[at]);
    expect(made.endsWith("0")).toBe(false);
    ranks.splice(at, 0, made);
  }
  expect(ranks).toEqual([...ranks].sort());
  expect(new Set(ranks).size).toBe(ranks.length);
});

test("always the same spot costs length, never order", () => {
  let high = between(undefined, undefined);
  for (let round = 0; round < 300; round++) {
    const next = between(undefined, high);
    expect(next < high).toBe(true);
    high = next;
  }
});

test("equal ranks are told apart by identity", () => {
  const tasks = [{ rank: "V", id: "tsk_b" }, { rank: "a", id: "tsk_c" }, { rank: "V", id: "tsk_a" }];
  expect(tasks.sort(inOrder).map((task) => task.id)).toEqual(["tsk_a", "tsk_b", "tsk_c"]);
});
