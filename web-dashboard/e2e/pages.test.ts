/**
 * Every page in light, in dark and on a narrow screen: clean by axe-core, nothing wider than the screen, no complaint of the browser.
 * DASHBOARD_SHOTS names a folder for pictures of all of them, for a person to look at.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fresh } from "../src/shared/ids";
import { closeChrome, Project, Server, tab, type Tab, type User, World } from "./world";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = process.env.DASHBOARD_SHOTS;

let server: Server;
let world: World;
let ann: User;
let project: Project;

beforeAll(async () => {
  server = await new Server().start();
  world = new World(server);
  ann = await world.person("ada", "Ada");
  const others = [await world.person("grace", "Grace"), await world.person("linus", "Linus")] as const;
  project = await world.project(ann, "DM", "DevMentor", [[others[0], "maintainer"], [others[1], "member"]]);
  await world.project(ann, "WEB", "Website");
  const labels = await Promise.all(
    [["bug", "#e5484d"], ["docs", "#0090ff"], ["backend", "#30a46c"]].map(async ([name, color]) => {
      const id = fresh("lbl");
      await project.do({ type: "label.create", id, fields: { name, color } });
      return id;
    }),
  );
  const epic = fresh("epic");
  await project.do({ type: "epic.create", id: epic, fields: { title: "Live boards", color: "#6e56cf", due: "2027-01-31" } });
  const [sprint, next] = [fresh("spr"), fresh("spr")];
  await project.do({ type: "sprint.create", id: sprint, fields: { name: "Sprint 7", goal: "Boards that move while others drag.", starts: "2026-11-16", ends: "2026-11-27" } });
  await project.do({ type: "sprint.start", id: sprint });
  await project.do({ type: "sprint.create", id: next, fields: { name: "Sprint 8" } });
  await project.do({ type: "column.update", id: project.columns[1], fields: { wip_limit: 2 } });
  const titles = ["Board moves while another client drags", "Say why reorder is off under a sorted view", "A blocked WebSocket must not freeze the board", "Index stays small over branch switches", "Hover shows only facts nobody else shows", "Keep drafts over a reload", "Search ranks definitions first", "Import reports every row", "Login runs out while somebody types", "Neovim without Node"];
  const body = "When two people drag the **same card**, the second drop wins.\n\n- [x] events in order\n- [ ] a node dies while dragging\n\n```rust\nfn apply(event: &Event) -> Result<(), Gap>\n```\n\n| who | what |\n|---|---|\n| @grace | DM-3 |\n\n> Said in [the design](https://example.com).";
  const tasks: string[] = [];
  for (const [at, title] of titles.entries()) {
    const fields = {
      ...(at === 0 ? { body } : {}),
      priority: ["high", "none", "urgent", "low", "medium"][at % 5],
      type: ["task", "bug", "story", "chore", "spike"][at % 5],
      assignees: at % 2 === 0 ? [[ann, ...others][at % 3]!.id] : [],
      labels: at % 3 === 0 ? labels.slice(0, (at % 3) + 2) : [],
      ...(at % 4 === 0 ? { estimate: at + 1, epic } : {}),
      ...(at % 5 === 0 ? { due: at === 0 ? "2026-11-20" : "2027-01-15" } : {}),
      ...(at < 5 ? { sprint } : {}),
    };
    tasks.push(await project.task(title, fields, at < 5 ? 0 : at < 8 ? 1 : 2));
  }
  await project.do({ type: "task.update", id: tasks[4], fields: { parent: tasks[0] } });
  await project.do({ type: "task.update", id: tasks[9], fields: { parent: tasks[0] } });
  await project.do({ type: "task.link", id: tasks[2], relation: "blocks", other: tasks[0] });
  const comment = fresh("cmt");
  await project.do({ type: "comment.create", id: comment, task: tasks[0], body: "The probe passes; what is left is the **dead node**. @linus?" });
  await project.do({ type: "comment.react", id: comment, emoji: "👍", on: true });
  await project.do({ type: "anchor.create", id: fresh("anc"), task: tasks[0], fields: { repository: "github.com/acme/devmentor", path: "backend/src/realtime/room.rs", symbol: "Room::join", content_hash: "x", start_line: 40, end_line: 61 } });
  await project.do({ type: "time_entry.create", id: fresh("time"), task: tasks[0], fields: { minutes: 90, day: "2026-11-20", note: "Probes" } });
  await world.call(ann, "POST", `/api/orgs/${project.org}/commands`, { id: fresh("cmd"), command: { type: "team.set", id: fresh("team"), name: "Core", members: [ann.id, others[0].id] } });
  await world.call(ann, "POST", `/api/orgs/${project.org}/commands`, { id: fresh("cmd"), command: { type: "role.set", id: fresh("role"), name: "Reviewer", permissions: ["project:read", "task:comment"] } });
  await world.call(ann, "POST", `/api/orgs/${project.org}/invitations`, { role: "member", email: "new@example.com" });
  await world.call(ann, "POST", "/api/me/tokens", { name: "CI", scopes: ["project:read"], days: 30 });
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});

/** Each page: its address, and what is there once it is ready. */
const pages = (): Record<string, [string, string]> => ({
  projects: ["/", "Website"],
  mine: ["/my", "Board moves while another client drags"],
  board: ["/p/DM/board", "Board moves while another client drags"],
  panel: ["/p/DM/board?task=1", "Said in"],
  lanes: ["/p/DM/board?lanes=assignee", "Board moves while another client drags"],
  filtered: ["/p/DM/board?q=nothing+like+this", "Nothing fits the filter."],
  list: ["/p/DM/list", "Board moves while another client drags"],
  backlog: ["/p/DM/backlog", "Sprint 8"],
  settings: ["/p/DM/settings", "Shared with"],
  task: ["/p/DM/t/1", "Said in"],
  people: [`/org/${project.org}`, "Core"],
  roles: [`/org/${project.org}?tab=roles`, "Reviewer"],
  invitations: [`/org/${project.org}?tab=invitations`, "new@example.com"],
  audit: [`/org/${project.org}?tab=audit`, "Account made"],
  account: ["/me", "CI"],
  approve: ["/approve", "Look who asks"],
  join: ["/join", "Take an invitation"],
  nowhere: ["/nowhere", "There is nothing here"],
  empty: ["/p/WEB/board", "The board is empty"],
});

const dialogs: Record<string, [string, (page: Tab["page"]) => Promise<unknown>]> = {
  create: ["/p/DM/board", async (page) => (await page.locator(".card").first().waitFor(), page.keyboard.press("c"))],
  palette: ["/p/DM/board", async (page) => (await page.locator(".card").first().waitFor(), page.keyboard.press("Control+k"))],
  help: ["/p/DM/board", async (page) => (await page.locator(".card").first().waitFor(), page.keyboard.press("?"))],
};

async function problems(page: Tab["page"]): Promise<string[]> {
  // Into the page as the debugger does it, for the policy lets no script in.
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(AXE);
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => r.violations.map((v) => v.id + ": " + v.help + " at " + v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " [" + n.html.slice(0, 160) + "] " + (n.any[0] ? n.any[0].message : "")).join(" | ")))`,
  )) as string[];
  return found;
}

const LOOKS = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: "light" as const },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" as const },
  narrow: { viewport: { width: 360, height: 740 }, colorScheme: "light" as const },
};

for (const [look, options] of Object.entries(LOOKS)) {
  test(`every page is accessible and fits: ${look}`, async () => {
    const { page, complaints } = await tab(server, ann, "/", { ...options, reducedMotion: "reduce" });
    const found: string[] = [];
    const look_at = async (name: string) => {
      for (const one of await problems(page)) found.push(`${name}: ${one}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) found.push(`${name}: ${over} px wider than the screen`);
      if (SHOTS) {
        mkdirSync(SHOTS, { recursive: true });
        await page.screenshot({ path: join(SHOTS, `${look}-${name}.png`) });
      }
    };
    for (const [name, [path, there]] of Object.entries(pages())) {
      await page.goto(path);
      await page.getByText(there, { exact: false }).first().waitFor({ state: "attached" });
      await look_at(name);
    }
    for (const [name, [path, open]] of Object.entries(dialogs)) {
      await page.goto(path);
      await open(page);
      await page.locator("dialog[open]").waitFor();
      await look_at(name);
    }
    const outside = await tab(server, undefined, "/login", options);
    await outside.page.getByLabel("Password").waitFor();
    for (const one of await problems(outside.page)) found.push(`login: ${one}`);
    if (SHOTS) await outside.page.screenshot({ path: join(SHOTS, `${look}-login.png`) });
    expect(found).toEqual([]);
    expect([...complaints, ...outside.complaints]).toEqual([]);
  }, 180_000);
}

test("the board needs at most 200 KB of JavaScript, compressed", async () => {
  const { page, context } = await tab(server, ann, "/my");
  await page.close();
  const fetched = new Map<string, number>();
  const board = await context.newPage();
  board.on("response", async (response) => {
    if (response.url().endsWith(".js")) fetched.set(response.url(), gzipSync(await response.body()).length);
  });
  await board.goto("/p/DM/board", { waitUntil: "networkidle" });
  const total = [...fetched.values()].reduce((sum, size) => sum + size, 0);
  console.log(`JavaScript of the board: ${(total / 1000).toFixed(1)} KB in ${fetched.size} files, gzip`);
  expect(fetched.size).toBeGreaterThan(3);
  expect(total).toBeLessThan(200_000);
});

test("files whose names carry their hash are kept for ever, the document is asked for again", async () => {
  const index = await fetch(`${server.url}/`, { headers: { accept: "text/html" } });
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await index.text())?.[1];
  expect(index.headers.get("cache-control")).toBe("no-cache");
  const asset = await fetch(server.url + script!, { headers: { "accept-encoding": "br" } });
  expect([asset.headers.get("cache-control"), asset.headers.get("content-encoding")]).toEqual(["public, max-age=31536000, immutable", "br"]);
  const same = await fetch(`${server.url}/`, { headers: { accept: "text/html", "if-none-match": index.headers.get("etag")! } });
  expect(same.status).toBe(304);
});
