import type { Column, Task } from "@/shared/api/types";

/** `DM-12`; a task that the server has not numbered yet has none. */
export function taskKey(key: string, task: Pick<Task, "number">): string {
  return task.number > 0 ? `${key}-${task.number}` : key;
}

/** Whether it is late: due before today, and not done. */
export function overdue(task: Pick<Task, "due" | "done_at">, today: string): boolean {
  return !!task.due && !task.done_at && task.due < today;
}

export const CATEGORY_NAMES: Record<Column["category"], string> = { todo: "To do", doing: "In progress", done: "Done" };
