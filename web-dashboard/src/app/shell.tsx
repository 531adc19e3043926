/** What stands around every page: navigation, the palette, the help sheet, and the dialog that makes a task. */
import { useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { api } from "@/shared/api/client";
import { forgetDrafts } from "@/shared/drafts";
import { waiting } from "@/shared/live/outbox";
import { closeAll } from "@/shared/live/session";
import * as queries from "@/shared/queries";
import { slugOf } from "@/shared/slug";
import { useShortcutKeys, useShortcuts } from "@/shared/shortcuts";
import { Avatar } from "@/shared/ui/bits";
import { Dialog } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icons";
import { MenuItem, Popover } from "@/shared/ui/popover";
import { toast } from "@/shared/ui/toast";
import { CreateTask } from "@/features/task/create";
import { Help } from "./help";
import { Palette } from "./palette";
import { setTheme, useTheme } from "./theme";
import { useNewVersion } from "./version";

export function Shell() {
  const [overlay, setOverlay] = useState<"palette" | "help" | "create" | "menu" | undefined>();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useShortcutKeys();
  useNewVersion();
  useShortcuts("Anywhere", [
    { keys: "mod+k", label: "Command palette", run: () => setOverlay("palette") },
    { keys: "?", label: "This sheet", run: () => setOverlay("help") },
    { keys: "c", label: "New task", run: () => setOverlay("create") },
    { keys: "g h", label: "Go to the projects", run: () => void navigate({ to: "/" }) },
    { keys: "g m", label: "Go to my work", run: () => void navigate({ to: "/my" }) },
  ]);
  useEffect(() => setOverlay(undefined), [path]);
  const close = () => setOverlay(undefined);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <aside className="sidebar">
        <Navigation onPalette={() => setOverlay("palette")} onHelp={() => setOverlay("help")} />
      </aside>
      <header className="topbar">
        <button type="button" className="icon-button" aria-label="Navigation" onClick={() => setOverlay("menu")}>
          <Icon name="menu" />
        </button>
        <Link to="/" className="brand row">
          <img src="/favicon.svg" alt="" width="22" height="22" />
          <strong>DevMentor</strong>
        </Link>
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Search and commands" onClick={() => setOverlay("palette")}>
          <Icon name="search" />
        </button>
        <button type="button" className="icon-button" aria-label="New task" onClick={() => setOverlay("create")}>
          <Icon name="plus" />
        </button>
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <Outlet />
      </main>
      {overlay === "menu" && (
        <Dialog title="DevMentor" onClose={close}>
          <Navigation onPalette={() => setOverlay("palette")} onHelp={() => setOverlay("help")} />
        </Dialog>
      )}
      {overlay === "palette" && <Palette onClose={close} onCreate={() => setOverlay("create")} onHelp={() => setOverlay("help")} />}
      {overlay === "help" && <Help onClose={close} />}
      {overlay === "create" && <CreateTask onClose={close} />}
    </div>
  );
}

function Navigation({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }) {
  const { data: projects } = useQuery(queries.projects);
  const { data: orgs } = useQuery(queries.orgs);
  const active = { className: "nav-link active" };
  const open = projects?.filter((project) => !project.archived) ?? [];
  return (
    <nav className="nav" aria-label="Main">
      <Link to="/" className="brand row nav-brand">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <strong>DevMentor</strong>
      </Link>
      <button type="button" className="nav-search" onClick={onPalette}>
        <Icon name="search" /> <span className="grow clip">Search …</span> <kbd>Ctrl K</kbd>
      </button>
      <Link to="/my" className="nav-link" activeProps={active}>
        <Icon name="inbox" /> My work
      </Link>
      <Link to="/" className="nav-link" activeProps={active} activeOptions={{ exact: true }}>
        <Icon name="lanes" /> Projects
      </Link>
      {open.length > 0 && <h2 className="nav-title">Projects</h2>}
      {open.map((project) => (
        <Link key={project.id} to="/p/$project/board" params={{ project: slugOf(project, open) }} className="nav-link" activeProps={active}>
          <span className="key-badge">{project.key.slice(0, 3)}</span>
          <span className="clip">{project.name}</span>
        </Link>
      ))}
      {orgs && orgs.length > 0 && <h2 className="nav-title">Organisations</h2>}
      {orgs?.map((org) => (
        <Link key={org.id} to="/org/$org" params={{ org: org.id }} className="nav-link" activeProps={active}>
          <Icon name="people" /> <span className="clip">{org.name}</span>
        </Link>
      ))}
      <span className="grow" />
      <div className="row">
        <UserMenu />
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Keyboard shortcuts" onClick={onHelp}>
          <Icon name="help" />
        </button>
      </div>
    </nav>
  );
}

export async function logOut(user: string): Promise<void> {
  const unsent = await waiting(user);
  if (unsent > 0 && !confirm(`${unsent} changes have not reached the server yet. They stay in this browser and go out when you log in here again. Log out?`)) return;
  closeAll();
  forgetDrafts();
  await api.post("/api/auth/browser/logout");
  location.assign("/login");
}

function UserMenu() {
  const { data: me } = useQuery(queries.me);
  const client = useQueryClient();
  const navigate = useNavigate();
  const theme = useTheme();
  if (!me) return null;
  return (
    <Popover
      label="Account"
      kind="menu"
      button={(props) => (
        <button type="button" className="nav-user" {...props}>
          <Avatar id={me.id} person={{ id: me.id, handle: me.handle, name: me.name, service: false, member: true }} />
          <span className="clip">{me.name}</span>
        </button>
      )}
    >
      {(close) => (
        <>
          <MenuItem
            onSelect={() => {
              close();
              void navigate({ to: "/me" });
            }}
          >
            <Icon name="person" /> {me.solo ? "About this server" : "My account"}
          </MenuItem>
          {(["system", "light", "dark"] as const).map((one) => (
            <MenuItem key={one} onSelect={() => setTheme(one)}>
              <Icon name={one === "dark" ? "moon" : one === "light" ? "sun" : "device"} />
              {one === "system" ? "Colours as the system" : one === "dark" ? "Dark" : "Light"}
              {theme === one && <Icon name="check" />}
            </MenuItem>
          ))}
          {!me.solo && (
            <MenuItem
              onSelect={() => {
                close();
                logOut(me.id).then(
                  () => client.clear(),
                  (error: Error) => toast(error.message, { bad: true }),
                );
              }}
            >
              <Icon name="logout" /> Log out
            </MenuItem>
          )}
        </>
      )}
    </Popover>
  );
}
