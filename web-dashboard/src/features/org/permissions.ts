/** The permissions in words, and what the built-in roles have. */
import type { Permission, Role } from "@/shared/api/types";
import roles from "./roles.json";

export const PERMISSIONS: readonly { id: Permission; words: string }[] = [
  { id: "project:read", words: "See projects and everything in them" },
  { id: "task:comment", words: "Comment, react, watch" },
  { id: "task:write", words: "Make, change and move tasks; log time" },
  { id: "task:delete", words: "Delete tasks" },
  { id: "project:plan", words: "Plan: epics, sprints, labels, shared views" },
  { id: "project:moderate", words: "Change or delete what others wrote" },
  { id: "project:configure", words: "Change projects and their columns" },
  { id: "project:share", words: "Say who may do what in a project" },
  { id: "project:delete", words: "Delete projects" },
  { id: "org:read", words: "See the organisation and its people" },
  { id: "org:create_project", words: "Make projects" },
  { id: "org:members", words: "Invite and remove people, make teams" },
  { id: "org:admin", words: "Define roles, read the record of logins" },
  { id: "org:own", words: "Appoint owners" },
];

/** Written by a test of the backend, which compares it with the rules that count. */
export const BUILT_IN = roles as unknown as readonly { role: Role; permissions: readonly Permission[] }[];
