import { afterAll, beforeAll, expect, test } from "vitest";
import { fresh } from "../src/shared/ids";
import { closeChrome, Project, Server, tab, type User, World } from "./world";

/** Each would be noticed: as a dialog, a request to nowhere, a mark on the window, or a word of the policy. */
const BAD = [
  `<script>window.pwned=1</script>`,
  `"><img src=x onerror="window.pwned=1">`,
  `<svg onload=window.pwned=1>`,
  `[a](javascript:window.pwned=1)`,
  `![a](javascript:window.pwned=1) <iframe src="javascript:window.pwned=1">`,
  `{{constructor.constructor('window.pwned=1')()}} \${window.pwned=1}`,
];
const ALL = BAD.join(" ");

let server: Server;
let world: World;
let ann: User;
let project: Project;

beforeAll(async () => {
  server = await new Server().start();
  world = new World(server);
  ann = await world.person("ann", ALL.slice(0, 190));
  project = await world.project(ann, "XSS", BAD[1]!);
  const [label, epic, sprint, column] = [fresh("lbl"), fresh("epic"), fresh("spr"), fresh("col")];
  await project.do({ type: "project.update", fields: { description: ALL } });
  await project.do({ type: "label.create", id: label, fields: { name: BAD[1]!.slice(0, 60), color: "#336699" } });
  await project.do({ type: "epic.create", id: epic, fields: { title: ALL.slice(0, 290), body: ALL, color: "#336699" } });
  await project.do({ type: "sprint.create", id: sprint, fields: { name: BAD[2], goal: ALL } });
  await project.do({ type: "column.create", id: column, fields: { name: BAD[1]!.slice(0, 60), category: "doing" } });
  const task = await project.task(ALL.slice(0, 290), { body: ALL, labels: [label], epic, sprint, assignees: [ann.id], due: "2020-01-01" });
  await project.task(BAD[0]!, { parent: task });
  await project.do({ type: "comment.create", id: fresh("cmt"), task, body: ALL });
  await project.do({ type: "time_entry.create", id: fresh("time"), task, fields: { minutes: 5, day: "2026-01-01", note: ALL.slice(0, 290) } });
  const anchor = { repository: "x", path: "a/<img src=x onerror=window.pwned=1>.rs", symbol: BAD[1], content_hash: "x", start_line: 1, end_line: 2 };
  await project.do({ type: "anchor.create", id: fresh("anc"), task, fields: anchor });
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});

test("scripts in every field stay words, on every page", async () => {
  const { page, complaints } = await tab(server, ann);
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const pages = ["/", "/my", "/p/XSS/board", "/p/XSS/board?task=1", "/p/XSS/board?lanes=epic", "/p/XSS/list", "/p/XSS/backlog", "/p/XSS/settings", "/p/XSS/t/1", `/org/${project.org}`, `/org/${project.org}?tab=audit`, "/me", `/p/XSS/board?q=${encodeURIComponent(BAD[1]!)}`, `/approve?user_code=${encodeURIComponent(BAD[1]!)}`, `/login?next=${encodeURIComponent("javascript:window.pwned=1")}`];
  for (const path of pages) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => (window as { pwned?: number }).pwned), path).toBeUndefined();
    expect(await page.evaluate(() => document.querySelectorAll("#root script, #root iframe, #root img:not([src='/favicon.svg'])").length), path).toBe(0);
    expect(await page.evaluate(() => [...document.querySelectorAll("a[href]")].filter((a) => /^(javascript|data):/i.test(a.getAttribute("href") ?? "")).length), path).toBe(0);
  }
  await page.goto("/p/XSS/t/1");
  await page.getByRole("button", { name: "History" }).click();
  await page.getByText("made the task").waitFor();
  expect(dialogs).toEqual([]);
  expect(complaints).toEqual([]);
});

test("after logging in nobody is sent to another server", async () => {
  for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    const { page, context } = await tab(server, undefined, `/login?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Name or mail address").fill("ann");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.waitForURL(`${server.url}/`);
    await context.close();
  }
});
