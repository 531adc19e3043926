/** The palette: go anywhere and do anything by typing. Pages add what they offer. */
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { entries } from "@/shared/commands";
import * as queries from "@/shared/queries";
import { slugOf } from "@/shared/slug";
import { Dialog } from "@/shared/ui/dialog";
import { Icon, type IconName } from "@/shared/ui/icons";
import { fits } from "./fits";
import { setTheme } from "./theme";

interface Item {
  id: string;
  icon: IconName;
  label: string;
  hint?: string;
  run: () => void;
}

const SHOWN = 40;

export function Palette({ onClose, onCreate, onHelp }: { onClose: () => void; onCreate: () => void; onHelp: () => void }) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const { data: projects } = useQuery(queries.projects);
  const { data: orgs } = useQuery(queries.orgs);
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  const id = useId();

  const items = useMemo(() => {
    const all: Item[] = [
      { id: "create", icon: "plus", label: "New task", hint: "c", run: onCreate },
      { id: "my", icon: "inbox", label: "My work", run: () => void navigate({ to: "/my" }) },
      { id: "home", icon: "lanes", label: "Projects", run: () => void navigate({ to: "/" }) },
    ];
    for (const entry of entries()) all.push({ ...entry });
    const open = projects?.filter((project) => !project.archived) ?? [];
    for (const project of open) {
      const params = { project: slugOf(project, open) };
      all.push({ id: `${project.id}-board`, icon: "board", label: `${project.name}: board`, hint: project.key, run: () => void navigate({ to: "/p/$project/board", params }) });
      all.push({ id: `${project.id}-list`, icon: "list", label: `${project.name}: list`, run: () => void navigate({ to: "/p/$project/list", params }) });
      all.push({ id: `${project.id}-backlog`, icon: "backlog", label: `${project.name}: backlog`, run: () => void navigate({ to: "/p/$project/backlog", params }) });
      all.push({ id: `${project.id}-settings`, icon: "settings", label: `${project.name}: settings`, run: () => void navigate({ to: "/p/$project/settings", params }) });
    }
    for (const org of orgs ?? []) {
      all.push({ id: org.id, icon: "people", label: `${org.name}: people and roles`, run: () => void navigate({ to: "/org/$org", params: { org: org.id } }) });
    }
    all.push({ id: "me", icon: "person", label: "My account", run: () => void navigate({ to: "/me" }) });
    all.push({ id: "approve", icon: "device", label: "Let a program in", run: () => void navigate({ to: "/approve" }) });
    all.push({ id: "dark", icon: "moon", label: "Dark colours", run: () => setTheme("dark") });
    all.push({ id: "light", icon: "sun", label: "Light colours", run: () => setTheme("light") });
    all.push({ id: "system", icon: "device", label: "Colours as the system", run: () => setTheme("system") });
    all.push({ id: "help", icon: "help", label: "Keyboard shortcuts", hint: "?", run: onHelp });
    return all;
  }, [projects, orgs, navigate, onCreate, onHelp]);

  const found = useMemo(() => {
    const typed = text.trim();
    const scored = items.map((item) => ({ item, score: Math.max(fits(item.label, typed), item.hint ? fits(item.hint, typed) : 0) }));
    return scored.filter((one) => one.score > 0).sort((a, b) => b.score - a.score).slice(0, SHOWN).map((one) => one.item);
  }, [items, text]);
  const at = Math.min(active, found.length - 1);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const run = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  return (
    <Dialog title="Search and commands" onClose={onClose}>
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label="Search and commands"
        placeholder="A task, a page, a command …"
        value={text}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setActive((at + 1) % Math.max(found.length, 1));
          else if (event.key === "ArrowUp") setActive((at - 1 + found.length) % Math.max(found.length, 1));
          else if (event.key === "Enter") run(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <ul ref={list} id={id} className="options palette" role="listbox" aria-label="Found" tabIndex={-1}>
        {found.map((item, index) => (
          <li
            key={item.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className="option"
            data-active={index === at}
            onMouseMove={() => setActive(index)}
            onClick={() => run(item)}
          >
            <Icon name={item.icon} />
            <span className="clip grow">{item.label}</span>
            {item.hint && <span className="muted small">{item.hint}</span>}
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className="muted" role="status">
          Nothing is called “{text}”.
        </p>
      )}
    </Dialog>
  );
}
