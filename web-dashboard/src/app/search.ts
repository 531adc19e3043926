/** What a board shows, in its address, so that a link shows the same to somebody else. */
export interface BoardSearch {
  q?: string;
  assignee?: string;
  label?: string;
  epic?: string;
  sprint?: string;
  priority?: string;
  lanes?: "epic" | "assignee";
  sort?: string;
  /** The task that is open beside it. */
  task?: number;
}

const KEYS = ["q", "assignee", "label", "epic", "sprint", "priority", "sort"] as const;

export function boardSearch(raw: Record<string, unknown>): BoardSearch {
  const out: BoardSearch = {};
  for (const key of KEYS) if (typeof raw[key] === "string" || typeof raw[key] === "number") out[key] = String(raw[key]);
  if (raw.lanes === "epic" || raw.lanes === "assignee") out.lanes = raw.lanes;
  const task = Number(raw.task);
  if (Number.isInteger(task) && task > 0) out.task = task;
  return out;
}
