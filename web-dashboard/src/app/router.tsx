/** Every page with its address; each is loaded when somebody goes there. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Navigate, redirect, useParams,
} from "@tanstack/react-router";
import { LoginPage, RegisterPage } from "@/features/login/pages";
import { arm } from "@/features/login/gate";
import { Refused, refresh } from "@/shared/api/client";
import * as queries from "@/shared/queries";
import { Skeleton } from "@/shared/ui/bits";
import { Broken, NotFound } from "./errors";
import { boardSearch } from "./search";
import { Shell } from "./shell";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  notFoundComponent: () => (
    <main>
      <NotFound />
    </main>
  ),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: LoginPage,
  validateSearch: (raw): { next?: string } => (typeof raw.next === "string" ? { next: raw.next } : {}),
});

const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  component: RegisterPage,
  validateSearch: (raw): { invitation?: string } => (typeof raw.invitation === "string" ? { invitation: raw.invitation } : {}),
});

/** All that needs a login. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  pendingComponent: () => (
    <div className="page">
      <Skeleton />
    </div>
  ),
  errorComponent: Broken,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(queries.me);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      if (!(await refresh().catch(() => false))) throw redirect({ to: "/login", search: { next: location.href } });
      await context.client.fetchQuery(queries.me);
    }
    arm();
  },
});

const home = createRoute({ getParentRoute: () => inside, path: "/", component: lazyRouteComponent(() => import("@/features/home/home"), "Home") });
const mine = createRoute({ getParentRoute: () => inside, path: "/my", component: lazyRouteComponent(() => import("@/features/mine/mine"), "Mine") });
const account = createRoute({
  getParentRoute: () => inside,
  path: "/me",
  component: lazyRouteComponent(() => import("@/features/account/account"), "Account"),
});
const approve = createRoute({
  getParentRoute: () => inside,
  path: "/approve",
  validateSearch: (raw): { user_code?: string } => (typeof raw.user_code === "string" ? { user_code: raw.user_code } : {}),
  component: lazyRouteComponent(() => import("@/features/account/approve"), "Approve"),
});
const join = createRoute({
  getParentRoute: () => inside,
  path: "/join",
  validateSearch: (raw): { invitation?: string } => (typeof raw.invitation === "string" ? { invitation: raw.invitation } : {}),
  component: lazyRouteComponent(() => import("@/features/account/join"), "Join"),
});
const org = createRoute({
  getParentRoute: () => inside,
  path: "/org/$org",
  validateSearch: (raw): { tab?: string } => (typeof raw.tab === "string" ? { tab: raw.tab } : {}),
  component: lazyRouteComponent(() => import("@/features/org/org"), "Organisation"),
});

const project = createRoute({
  getParentRoute: () => inside,
  path: "/p/$project",
  component: lazyRouteComponent(() => import("@/features/board/project"), "ProjectFrame"),
});
const toBoard = createRoute({
  getParentRoute: () => project,
  path: "/",
  component: function ToBoard() {
    const { project } = useParams({ strict: false });
    return <Navigate to="/p/$project/board" params={{ project: project ?? "" }} replace />;
  },
});
const board = createRoute({
  getParentRoute: () => project,
  path: "board",
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import("@/features/board/board"), "BoardPage"),
});
const list = createRoute({
  getParentRoute: () => project,
  path: "list",
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import("@/features/list/list"), "ListPage"),
});
const backlog = createRoute({
  getParentRoute: () => project,
  path: "backlog",
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import("@/features/backlog/backlog"), "BacklogPage"),
});
const settings = createRoute({
  getParentRoute: () => project,
  path: "settings",
  component: lazyRouteComponent(() => import("@/features/settings/settings"), "SettingsPage"),
});
const task = createRoute({
  getParentRoute: () => project,
  path: "t/$number",
  component: lazyRouteComponent(() => import("@/features/task/page"), "TaskPage"),
});

const tree = root.addChildren([
  login,
  register,
  inside.addChildren([home, mine, account, approve, join, org, project.addChildren([toBoard, board, list, backlog, settings, task])]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: "intent",
    defaultErrorComponent: Broken,
    defaultPendingMs: 150,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
