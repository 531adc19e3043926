/** An organisation: its people and teams, what their roles allow, invitations, and the record of logins. */
import { useEffect } from "react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { Permission } from "@/shared/api/types";
import * as queries from "@/shared/queries";
import { Failed, Skeleton } from "@/shared/ui/bits";
import { Audit } from "@/features/account/audit";
import { Invitations } from "./invitations";
import { Members } from "./members";
import { Roles } from "./roles";
import { api } from "@/shared/api/client";

const TABS: { id: string; name: string; needs: Permission }[] = [
  { id: "members", name: "People", needs: "org:read" },
  { id: "roles", name: "Roles", needs: "org:read" },
  { id: "invitations", name: "Invitations", needs: "org:members" },
  { id: "audit", name: "Record of logins", needs: "org:admin" },
];

export function Organisation() {
  const { org } = useParams({ strict: false }) as { org: string };
  const search = useSearch({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const { data: orgs } = useQuery(queries.orgs);
  const { data: access, error } = useQuery(queries.orgPeople(org));
  const name = orgs?.find((one) => one.id === org)?.name ?? "Organisation";
  useEffect(() => {
    document.title = `${name} · DevMentor`;
  }, [name]);
  if (error) return <div className="page"><Failed error={error} /></div>;
  if (!access) return <div className="page"><Skeleton /></div>;
  const tabs = TABS.filter((tab) => access.permissions.includes(tab.needs));
  const at = tabs.find((tab) => tab.id === search.tab) ?? tabs[0];
  return (
    <div className="page">
      <header>
        <h1 className="clip">{name}</h1>
      </header>
      <div className="tabs" role="tablist" aria-label={name}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            className={`tab ${tab === at ? "active" : ""}`}
            aria-selected={tab === at}
            onClick={() => void navigate({ to: "/org/$org", params: { org }, search: { tab: tab.id } })}
          >
            {tab.name}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={at?.name} className="stack">
        {at?.id === "members" && <Members org={org} access={access} />}
        {at?.id === "roles" && <Roles org={org} access={access} />}
        {at?.id === "invitations" && <Invitations org={org} access={access} />}
        {at?.id === "audit" && (
          <Audit
            id={org}
            people={access.people}
            read={(before) => api.get("/api/orgs/{org}/audit", { path: { org }, query: { limit: 100, ...(before ? { before } : {}) } })}
          />
        )}
      </div>
    </div>
  );
}
