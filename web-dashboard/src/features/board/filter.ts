/** Which tasks a view shows. */
import type { Person, Task } from "@/shared/api/types";
import type { BoardSearch } from "@/app/search";

export const NOBODY = "none";

export interface Names {
  key: string;
  people: ReadonlyMap<string, Person>;
  label(id: string): string | undefined;
}

/** A test for tasks; `undefined` when all are shown, which spares going through them. */
export function filterOf(search: BoardSearch, names: Names): ((task: Task) => boolean) | undefined {
  const tests: ((task: Task) => boolean)[] = [];
  const words = (search.q ?? "").toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length > 0) {
    tests.push((task) => {
      const people = task.assignees.map((id) => `@${names.people.get(id)?.handle ?? ""}`).join(" ");
      const labels = task.labels.map((id) => `#${names.label(id) ?? ""}`).join(" ");
      const text = `${names.key}-${task.number} ${task.title} ${people} ${labels}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
  const { assignee, label, epic, sprint, priority } = search;
  if (assignee) tests.push((task) => (assignee === NOBODY ? task.assignees.length === 0 : task.assignees.includes(assignee)));
  if (label) tests.push((task) => (label === NOBODY ? task.labels.length === 0 : task.labels.includes(label)));
  if (epic) tests.push((task) => (epic === NOBODY ? !task.epic : task.epic === epic));
  if (sprint) tests.push((task) => (sprint === NOBODY ? !task.sprint : task.sprint === sprint));
  if (priority) tests.push((task) => task.priority === priority);
  return tests.length === 0 ? undefined : (task) => tests.every((test) => test(task));
}
