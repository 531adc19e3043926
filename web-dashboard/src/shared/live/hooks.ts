/** The open project for components: each hook listens to exactly what it reads. */
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { Entities, Kind, People, Permission, Person, ProjectShown, Task } from "@/shared/api/types";
import type { Live, Session } from "./session";

export interface Opened {
  session: Session;
  project: ProjectShown;
  people: Map<string, Person>;
  access: People;
  /** How the project is called in addresses. */
  slug: string;
}

export const ProjectContext = createContext<Opened | undefined>(undefined);

export function useProject(): Opened {
  const opened = useContext(ProjectContext);
  if (!opened) throw new Error("This component stands outside of a project.");
  return opened;
}

function useTopic<T>(topic: string, read: (session: Session) => T): T {
  const { session } = useProject();
  const subscribe = useCallback((listener: () => void) => session.store.subscribe(topic, listener), [session, topic]);
  return useSyncExternalStore(subscribe, () => read(session));
}

export const useEntity = <K extends Kind>(kind: K, id: string | null | undefined): Entities[K] | undefined =>
  useTopic(`${kind}:${id ?? ""}`, (session) => session.store.get(kind, id));

export const useAll = <K extends Kind>(kind: K): readonly Entities[K][] => useTopic(`kind:${kind}`, (session) => session.store.all(kind));

export const useColumns = (): readonly Entities["column"][] => useTopic("columns", (session) => session.store.columns());

export const useColumnTasks = (column: string): readonly Task[] =>
  useTopic(`column:${column}`, (session) => session.store.inColumn(column));

export const useOf = <K extends "comment" | "time_entry" | "anchor">(kind: K, task: string): readonly Entities[K][] =>
  useTopic(`${kind}-of:${task}`, (session) => session.store.of(kind, task));

export const useReady = (): boolean => useTopic("state", (session) => session.store.ready);

export const useIsPending = (kind: Kind, id: string): boolean => useTopic("pending", (session) => session.store.isPending(kind, id));

export function useLive(): Live {
  const { session } = useProject();
  return useSyncExternalStore(session.subscribe, () => session.live);
}

/** Whether I may do this here; what one may not do is not offered, and refused by the server besides. */
export function useMay(permission: Permission): boolean {
  const { access } = useProject();
  const archived = useEntity("project", useProject().project.id)?.archived ?? false;
  return access.permissions.includes(permission) && (!archived || permission === "project:read" || permission === "project:configure");
}
