/** What a board of 5,000 tasks costs: DASHBOARD_FIGURES=1 bash scripts/dashboard.sh */
import { afterAll, beforeAll, test } from "vitest";
import { fresh } from "../src/shared/ids";
import { card, closeChrome, Project, Server, tab, until, type User, World } from "./world";

const TASKS = 5_000;
const ROUNDS = 5;

let server: Server;
let ann: User;
let project: Project;

beforeAll(async () => {
  server = await new Server().start();
  const world = new World(server);
  ann = await world.person("ann", "Ann");
  project = await world.project(ann, "BIG", "A large board");
  for (let at = 0; at < TASKS; at += 250) {
    const commands = Array.from({ length: 250 }, (_, part) => ({
      type: "task.create",
      id: fresh("tsk"),
      fields: { title: `Task number ${at + part + 1} of a board that is far too large`, assignees: part % 2 ? [ann.id] : [] },
      column: project.columns[part % 3],
    }));
    await project.do({ type: "bulk", commands });
  }
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});

const middle = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const say = (what: string, value: string) => console.log(`${what.padEnd(58)} ${value}`);

test("first load, drag, remote changes", async () => {
  const paints: number[] = [];
  const usable: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { page, context } = await tab(server, ann, "/health/live");
    const began = Date.now();
    await page.goto("/p/BIG/board", { waitUntil: "commit" });
    await page.locator(".card").first().waitFor();
    usable.push(Date.now() - began);
    paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0));
    await context.close();
  }
  say(`first content, ${TASKS} tasks, nothing cached, median of ${ROUNDS}`, `${middle(paints).toFixed(0)} ms`);
  say("cards can be used", `${middle(usable)} ms`);

  const { page } = await tab(server, ann, "/p/BIG/board");
  await card(page, "Task number 1 of").waitFor();
  await until("live", async () => (await page.locator(".pill[data-connection]").getAttribute("data-connection")) === "live");
  const from = (await page.locator(".card").first().boundingBox())!;
  const to = (await page.locator(".column").nth(1).boundingBox())!;
  await page.mouse.move(from.x + 30, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(from.x + 50, from.y + 40, { steps: 3 });
  await page.evaluate(() => {
    const times: number[] = [];
    (window as unknown as { frames: number[] }).frames = times;
    const frame = (at: number) => {
      times.push(at);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  for (let step = 0; step < 60; step++) await page.mouse.move(to.x + 40 + (step % 20) * 8, to.y + 80 + step * 6);
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames);
  await page.mouse.up();
  const gaps = frames.slice(1).map((at, index) => at - frames[index]!);
  const seconds = (frames.at(-1)! - frames[0]!) / 1000;
  say("frames a second while a card is dragged over columns", `${((frames.length - 1) / seconds).toFixed(1)}`);
  say("longest frame", `${Math.max(...gaps).toFixed(0)} ms`);

  const delays: number[] = [];
  // Where it can be seen: at the top of the first column.
  const task = await project.task("The one that changes");
  const board = await project.read<{ columns: { cards: { id: string }[] }[] }>("/board");
  await project.do({ type: "task.move", id: task, before: board.columns[0]!.cards[0]!.id });
  for (let round = 0; round < 50; round++) {
    const title = `Changed ${round}`;
    const seen = page.waitForFunction((title) => [...document.querySelectorAll(".card-title")].some((one) => one.textContent === title), title, { polling: "raf" });
    const began = performance.now();
    await Promise.all([project.do({ type: "task.update", id: task, fields: { title } }), seen]);
    delays.push(performance.now() - began);
  }
  delays.sort((a, b) => a - b);
  say("another client's change is on the page, from its request on", `p50 ${middle(delays).toFixed(0)} ms, max of 50: ${delays.at(-1)!.toFixed(0)} ms`);
}, 300_000);
