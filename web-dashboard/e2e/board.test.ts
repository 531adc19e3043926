import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fresh } from "../src/shared/ids";
import { card, closeChrome, connection, Project, Server, shown, tab, until, type User, World } from "./world";

let server: Server;
let world: World;
let ann: User;
let bob: User;
let project: Project;
let number = 0;

beforeAll(async () => {
  server = await new Server().start();
  world = new World(server);
  ann = await world.person("ann", "Ann");
  bob = await world.person("bob", "Bob");
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});
beforeEach(async () => {
  project = await world.project(ann, `P${++number}`, `Project ${number}`, [[bob, "member"]]);
});

const path = (view = "board") => `/p/${project.key}/${view}`;

test("a card that one browser drags moves in the other", async () => {
  for (const title of ["Alpha", "Beta", "Gamma"]) await project.task(title);
  const [a, b] = [await tab(server, ann, path()), await tab(server, bob, path())];
  await card(b.page, "Gamma").waitFor();
  await card(a.page, "Alpha").dragTo(a.page.locator(".column").nth(1).locator(".cards"));
  await until("both boards", async () => {
    const wanted = JSON.stringify([["Beta", "Gamma"], ["Alpha"], []]);
    return JSON.stringify(await shown(a.page)) === wanted && JSON.stringify(await shown(b.page)) === wanted;
  });
  expect(await project.board()).toEqual([["Beta", "Gamma"], ["Alpha"], []]);
  // Between two others, by its edge.
  const target = card(b.page, "Beta");
  await card(b.page, "Gamma").dragTo(target, { targetPosition: { x: 40, y: 4 } });
  await until("the order", async () => JSON.stringify((await shown(a.page))[0]) === JSON.stringify(["Gamma", "Beta"]));
  expect([...a.complaints, ...b.complaints]).toEqual([]);
});

test("both move the same card, and both boards end up the same", async () => {
  await project.task("Torn");
  const [a, b] = [await tab(server, ann, path()), await tab(server, bob, path())];
  await card(b.page, "Torn").waitFor();
  await Promise.all([
    card(a.page, "Torn").dragTo(a.page.locator(".column").nth(1).locator(".cards")),
    card(b.page, "Torn").dragTo(b.page.locator(".column").nth(2).locator(".cards")),
  ]);
  await until("one truth", async () => {
    const [left, right, truth] = [await shown(a.page), await shown(b.page), await project.board()].map((board) => JSON.stringify(board));
    return left === right && right === truth && (await connection(a.page).getAttribute("data-waiting")) === "0";
  });
});

test("a full column refuses, and the card is back where it was, with the reason", async () => {
  await project.do({ type: "column.update", id: project.columns[1], fields: { wip_limit: 1, wip_enforced: true } });
  await project.task("Inside", {}, 1);
  await project.task("Outside");
  const { page } = await tab(server, ann, path());
  await card(page, "Outside").dragTo(page.locator(".column").nth(1).locator(".cards"));
  await page.getByText("holds at most 1 task", { exact: false }).first().waitFor();
  expect(await shown(page)).toEqual([["Outside"], ["Inside"], []]);
});

test("what the server refuses is taken back, and the page says why", async () => {
  const id = await project.task("Mine");
  const { page } = await tab(server, ann, path());
  await card(page, "Mine").waitFor();
  // The page's idea of the board is right, the command is not: a label that is gone meanwhile.
  const label = "lbl_01h455vb4pex5vsknk084sn02q";
  await page.route("**/commands", async (route) => {
    const body = route.request().postDataJSON() as { command: { type: string; fields?: object } };
    if (body.command.type === "task.move") {
      body.command = { type: "task.update", id, fields: { labels: [label] } } as never;
    }
    await route.continue({ postData: JSON.stringify(body) });
  });
  await card(page, "Mine").dragTo(page.locator(".column").nth(2).locator(".cards"));
  await page.getByText("Not done, and shown as before", { exact: false }).waitFor();
  await until("the card back in its column", async () => JSON.stringify(await shown(page)) === JSON.stringify([["Mine"], [], []]));
});

test("a filter stands in the address, and a link shows the same to somebody else", async () => {
  await project.task("Paint the door", { assignees: [bob.id] });
  await project.task("Oil the door");
  const { page } = await tab(server, ann, path());
  await page.getByLabel("Filter by words").fill("@bob");
  await until("the filter", async () => JSON.stringify(await shown(page)) === JSON.stringify([["Paint the door"], [], []]));
  const other = await tab(server, bob, new URL(page.url()).pathname + new URL(page.url()).search);
  await card(other.page, "Paint the door").waitFor();
  expect(await shown(other.page)).toEqual([["Paint the door"], [], []]);
});

test("swimlanes: a card dragged into another lane belongs there", async () => {
  const epic = "epic_01h455vb4pex5vsknk084sn02q";
  await project.do({ type: "epic.create", id: epic, fields: { title: "Big", color: "#336699" } });
  await project.task("In the epic", { epic });
  const id = await project.task("Beside it");
  const { page } = await tab(server, ann, `${path()}?lanes=epic`);
  await card(page, "Beside it").dragTo(page.getByRole("region", { name: "Big" }).locator(".lane-cell").nth(1));
  await until("epic and column", async () => {
    const task = await project.read<{ epic: string; column: string }>(`/tasks/${id}`);
    return task.epic === epic && task.column === project.columns[1];
  });
});

test("who else looks is seen", async () => {
  await project.task("Shared");
  const a = await tab(server, ann, path());
  await card(a.page, "Shared").waitFor();
  await tab(server, bob, path());
  await a.page.getByRole("group", { name: "Also here" }).getByRole("img", { name: "Bob" }).waitFor();
});

test("a board with no cards teaches, one with 1,000 labels and a very long title still works", async () => {
  const { page, complaints } = await tab(server, ann, path());
  await page.getByText("The board is empty", { exact: false }).waitFor();
  const labels = Array.from({ length: 1_000 }, (_, at) => ({ type: "label.create", id: `lbl_01h455vb4pex5vsknk084${String(at).padStart(5, "0")}`, fields: { name: `label-${at}`, color: "#336699" } }));
  for (let at = 0; at < 1_000; at += 500) await project.do({ type: "bulk", commands: labels.slice(at, at + 500) });
  await project.task("W".repeat(300), { labels: labels.slice(0, 100).map((label) => label.id) });
  await page.locator(".card").waitFor();
  await page.getByRole("button", { name: "Label", exact: true }).click();
  await page.getByRole("combobox", { name: "Label" }).fill("label-999");
  await page.getByRole("option", { name: "label-999" }).waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  expect(wide).toBe(true);
  expect(complaints).toEqual([]);
});

test("a member may not configure, a guest may not write: hidden, and refused", async () => {
  const eve = await world.person(`eve${number}`, "Eve");
  const command = { type: "org_member.set", user: eve.id, role: "guest" };
  await world.call(ann, "POST", `/api/orgs/${project.org}/commands`, { id: fresh("cmd"), command });
  await project.do({ type: "member.set", user: eve.id, role: "guest" });
  await project.task("Look, do not touch");
  const guest = await tab(server, eve, `${path()}?task=1`);
  await guest.page.getByRole("complementary").getByText("Look, do not touch").first().waitFor();
  expect(await guest.page.getByRole("button", { name: "New task in To do" }).count()).toBe(0);
  expect(await guest.page.getByRole("button", { name: "Edit" }).count()).toBe(0);
  expect(await guest.page.getByRole("textbox", { name: "Comment" }).count()).toBe(1);
  await expect(project.do({ type: "task.create", id: "tsk_01h455vb4pex5vsknk084sn02q", fields: { title: "x" } }, eve)).rejects.toThrow("403");
  const member = await tab(server, bob, path("settings"));
  await member.page.getByRole("region", { name: "Columns" }).waitFor();
  expect(await member.page.getByRole("button", { name: "Change To do" }).count()).toBe(0);
  await expect(project.do({ type: "column.update", id: project.columns[0], fields: { name: "x" } }, bob)).rejects.toThrow("403");
});
