import type { ProjectShown } from "./api/types";

/** How a project is called in addresses: by its key, or by its identity where two organisations have the same key. */
export function slugOf(project: Pick<ProjectShown, "id" | "key">, all: readonly Pick<ProjectShown, "id" | "key">[]): string {
  const twins = all.filter((other) => other.key === project.key);
  return twins.length > 1 ? project.id : project.key;
}

export function bySlug<P extends Pick<ProjectShown, "id" | "key">>(slug: string, all: readonly P[]): P | undefined {
  const keyed = all.filter((project) => project.key.toLowerCase() === slug.toLowerCase());
  return keyed.length === 1 ? keyed[0] : all.find((project) => project.id === slug);
}
