/** What pages read by plain requests; what changes live stands in the store of the project instead. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./api/client";

export const me = queryOptions({ queryKey: ["me"], queryFn: () => api.get("/api/me"), staleTime: Infinity });
export const projects = queryOptions({ queryKey: ["projects"], queryFn: () => api.get("/api/projects", {}), staleTime: 30_000 });
export const orgs = queryOptions({ queryKey: ["orgs"], queryFn: () => api.get("/api/orgs"), staleTime: 60_000 });
export const providers = queryOptions({ queryKey: ["providers"], queryFn: () => api.get("/api/auth/providers"), staleTime: Infinity });

export const projectPeople = (project: string) =>
  queryOptions({
    queryKey: ["people", project],
    queryFn: () => api.get("/api/projects/{project}/people", { path: { project } }),
    staleTime: 60_000,
  });

export const orgPeople = (org: string) =>
  queryOptions({ queryKey: ["org-people", org], queryFn: () => api.get("/api/orgs/{org}/people", { path: { org } }), staleTime: 60_000 });

export const orgAll = (org: string) =>
  queryOptions({ queryKey: ["org", org], queryFn: () => api.get("/api/orgs/{org}", { path: { org } }), staleTime: 30_000 });
