import { useMemo, useRef } from "react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { BoardSearch } from "@/app/search";
import { PRIORITIES } from "@/shared/api/types";
import { useAll, useProject } from "@/shared/live/hooks";
import { useShortcuts } from "@/shared/shortcuts";
import { Avatar, PRIORITY_NAMES, PriorityMark } from "@/shared/ui/bits";
import { Icon } from "@/shared/ui/icons";
import { Picker } from "@/shared/ui/picker";
import { NOBODY } from "./filter";

/** Reads and writes what the view shows; it stands in the address. */
export function useBoardSearch(): [BoardSearch, (change: Partial<Record<keyof BoardSearch, string | number | undefined>>) => void] {
  const search = useSearch({ strict: false }) as BoardSearch;
  const navigate = useNavigate();
  const set = (change: Partial<Record<keyof BoardSearch, string | number | undefined>>) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== ""));
    // Typing in the filter is no page to go back to; opening a task is.
    void navigate({ to: ".", search: next as never, replace: !("task" in change) });
  };
  return [search, set];
}

export function FilterBar({ lanes, count }: { lanes?: boolean; count: { shown: number; all: number } }) {
  const [search, set] = useBoardSearch();
  const { access, session } = useProject();
  const labels = useAll("label");
  const epics = useAll("epic");
  const sprints = useAll("sprint");
  const input = useRef<HTMLInputElement>(null);
  useShortcuts("In a view", [{ keys: "/", label: "Filter", run: () => input.current?.focus() }]);
  const members = useMemo(
    () => access.people.filter((person) => person.member).sort((a, b) => (a.id === session.me ? -1 : b.id === session.me ? 1 : a.name.localeCompare(b.name))),
    [access.people, session.me],
  );
  const active = ["q", "assignee", "label", "epic", "sprint", "priority"].some((name) => search[name as keyof BoardSearch]);
  const name = (list: readonly { id: string; name?: string; title?: string }[], id: string | undefined, what: string, nothing: string) =>
    !id ? what : id === NOBODY ? nothing : (list.find((one) => one.id === id)?.name ?? list.find((one) => one.id === id)?.title ?? what);
  const one = (value: string | undefined) => (value ? [value] : []);
  const cls = (value: unknown) => `button tiny filter ${value ? "set" : ""}`;
  return (
    <div className="filters" role="search" aria-label="Filter">
      <div className="filter-text">
        <Icon name="search" />
        <input
          ref={input}
          className="input"
          type="search"
          aria-label="Filter by words"
          placeholder="Filter: words, @name, #label"
          value={search.q ?? ""}
          onChange={(event) => set({ q: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </div>
      <Picker
        label="Assignee"
        none="Anybody"
        className={cls(search.assignee)}
        chosen={one(search.assignee)}
        saysItself={!search.assignee}
        onChange={([value]) => set({ assignee: value })}
        choices={[
          ...members.map((person) => ({ value: person.id, label: person.id === session.me ? `${person.name} (me)` : person.name, mark: <Avatar id={person.id} person={person} /> })),
          { value: NOBODY, label: "Not assigned" },
        ]}
      >
        {name(access.people, search.assignee, "Assignee", "Not assigned")} <Icon name="down" />
      </Picker>
      <Picker
        label="Label"
        none="Any label"
        className={cls(search.label)}
        chosen={one(search.label)}
        saysItself={!search.label}
        onChange={([value]) => set({ label: value })}
        choices={[...labels].sort((a, b) => a.name.localeCompare(b.name)).map((label) => ({ value: label.id, label: label.name, mark: <i className="dot" style={{ background: label.color }} /> }))}
      >
        {name(labels, search.label, "Label", "No label")} <Icon name="down" />
      </Picker>
      <Picker
        label="Priority"
        none="Any priority"
        className={cls(search.priority)}
        chosen={one(search.priority)}
        saysItself={!search.priority}
        onChange={([value]) => set({ priority: value })}
        choices={[...PRIORITIES].reverse().map((value) => ({ value, label: PRIORITY_NAMES[value], mark: <PriorityMark priority={value} /> }))}
      >
        {search.priority ? PRIORITY_NAMES[search.priority as keyof typeof PRIORITY_NAMES] : "Priority"} <Icon name="down" />
      </Picker>
      {epics.length > 0 && (
        <Picker
          label="Epic"
          none="Any epic"
          className={cls(search.epic)}
          chosen={one(search.epic)}
        saysItself={!search.epic}
          onChange={([value]) => set({ epic: value })}
          choices={[...epics.map((epic) => ({ value: epic.id, label: epic.title })), { value: NOBODY, label: "No epic" }]}
        >
          {name(epics, search.epic, "Epic", "No epic")} <Icon name="down" />
        </Picker>
      )}
      {sprints.length > 0 && (
        <Picker
          label="Sprint"
          none="Any sprint"
          className={cls(search.sprint)}
          chosen={one(search.sprint)}
        saysItself={!search.sprint}
          onChange={([value]) => set({ sprint: value })}
          choices={[...sprints.filter((sprint) => sprint.state !== "closed").map((sprint) => ({ value: sprint.id, label: sprint.name })), { value: NOBODY, label: "No sprint" }]}
        >
          {name(sprints, search.sprint, "Sprint", "No sprint")} <Icon name="down" />
        </Picker>
      )}
      {lanes && (
        <Picker
          label="Swimlanes"
          none="No swimlanes"
          className={cls(search.lanes)}
          chosen={one(search.lanes)}
        saysItself={!search.lanes}
          onChange={([value]) => set({ lanes: value })}
          choices={[
            { value: "epic", label: "By epic" },
            { value: "assignee", label: "By assignee" },
          ]}
        >
          <Icon name="lanes" /> {search.lanes === "epic" ? "By epic" : search.lanes === "assignee" ? "By assignee" : "Swimlanes"}
        </Picker>
      )}
      {active && (
        <>
          <button type="button" className="button quiet tiny" onClick={() => set({ q: undefined, assignee: undefined, label: undefined, epic: undefined, sprint: undefined, priority: undefined })}>
            <Icon name="close" /> Clear
          </button>
          <span className="muted small" role="status">
            {count.shown} of {count.all}
          </span>
        </>
      )}
    </div>
  );
}
