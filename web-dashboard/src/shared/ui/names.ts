import type { Priority, TaskType } from "@/shared/api/types";

export const PRIORITY_NAMES: Record<Priority, string> = { none: "No priority", low: "Low", medium: "Medium", high: "High", urgent: "Urgent" };
export const TYPE_NAMES: Record<TaskType, string> = { task: "Task", bug: "Bug", story: "Story", chore: "Chore", spike: "Spike" };
