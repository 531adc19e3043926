/** Names for what the generated schema describes. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Task = Schemas["Task"];
export type Column = Schemas["Column"];
export type Label = Schemas["Label"];
export type Epic = Schemas["Epic"];
export type Sprint = Schemas["Sprint"];
export type Comment = Schemas["Comment"];
export type TimeEntry = Schemas["TimeEntry"];
export type Anchor = Schemas["Anchor"];
export type View = Schemas["View"];
export type Project = Schemas["Project"];
export type Member = Schemas["Member"];
export type TeamGrant = Schemas["TeamGrant"];
export type Priority = Schemas["Priority"];
export type TaskType = Schemas["TaskType"];
export type Category = Schemas["Category"];
export type Permission = Schemas["Permission"];
export type Role = Schemas["Role"];
export type Relation = Schemas["Relation"];
export type TaskFields = Schemas["TaskFields"];
export type Command = Schemas["Command"];
export type CommandOf<K extends Command["type"]> = Extract<Command, { type: K }>;
export type Problem = Schemas["Problem"];
export type Event = Schemas["Event"];
export type Person = Schemas["Person"];
export type People = Schemas["People"];
export type ProjectShown = Schemas["ProjectShown"];
export type OrgShown = Schemas["OrgShown"];
export type Me = Schemas["Me"];

/** What stands in a project, by its kind. */
export interface Entities {
  project: Project;
  member: Member;
  team_grant: TeamGrant;
  column: Column;
  label: Label;
  epic: Epic;
  sprint: Sprint;
  task: Task;
  comment: Comment;
  time_entry: TimeEntry;
  view: View;
  anchor: Anchor;
}

export type Kind = keyof Entities;
export type Entity = Entities[Kind];

export const PRIORITIES: readonly Priority[] = ["none", "low", "medium", "high", "urgent"];
export const TASK_TYPES: readonly TaskType[] = ["task", "bug", "story", "chore", "spike"];
