import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { card, closeChrome, connection, Project, Server, shown, tab, until, type User, World } from "./world";

let server: Server;
let world: World;
let ann: User;
let project: Project;
let number = 0;

beforeAll(async () => {
  server = await new Server().start();
  world = new World(server);
  ann = await world.person("ann", "Ann");
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});
beforeEach(async () => {
  project = await world.project(ann, `P${++number}`, `Project ${number}`);
  await project.task("First");
});

const path = () => `/p/${project.key}/board`;
const state = (page: Parameters<typeof connection>[0], wanted: string) =>
  until(`the state ${wanted}`, async () => (await page.locator(".pill[data-connection]").getAttribute("data-connection")) === wanted, 30_000);

test("where WebSocket is blocked events come as a stream, where that is blocked too the page polls, and says so", async () => {
  const { page } = await tab(server, ann, path());
  await state(page, "live");
  const blocked = await tab(server, ann, "/");
  await blocked.page.routeWebSocket("**/ws", (socket) => socket.close());
  await blocked.page.goto(path());
  await state(blocked.page, "stream");
  await project.task("Second");
  await card(blocked.page, "Second").waitFor();

  const poor = await tab(server, ann, "/");
  await poor.page.routeWebSocket("**/ws", (socket) => socket.close());
  await poor.page.route("**/stream?*", (route) => route.abort());
  await poor.page.goto(path());
  await state(poor.page, "polling");
  await poor.page.getByText("Polling").waitFor();
  await project.task("Third");
  await card(poor.page, "Third").waitFor();
});

test("changes without a network are kept, shown as waiting, and sent when it is back", async () => {
  const { page, context } = await tab(server, ann, path());
  await state(page, "live");
  await context.setOffline(true);
  await page.keyboard.press("c");
  await page.getByLabel("Title").fill("Written on a train");
  await page.keyboard.press("Enter");
  await card(page, "Written on a train").waitFor();
  await card(page, "First").dragTo(page.locator(".column").nth(2).locator(".cards"));
  await until("two that wait", async () => (await page.locator(".pill[data-connection]").getAttribute("data-waiting")) === "2", 40_000);
  expect(await project.board()).toEqual([["First"], [], []]);
  await context.setOffline(false);
  await until("both on the server", async () => JSON.stringify(await project.board()) === JSON.stringify([["Written on a train"], [], ["First"]]), 30_000);
  await state(page, "live");
  expect(await shown(page)).toEqual([["Written on a train"], [], ["First"]]);
});

test("a tab that is closed without a network sends what it kept when it is opened again", async () => {
  const { page, context } = await tab(server, ann, path());
  await state(page, "live");
  await context.setOffline(true);
  await card(page, "First").dragTo(page.locator(".column").nth(1).locator(".cards"));
  await until("the card there", async () => JSON.stringify(await shown(page)) === JSON.stringify([[], ["First"], []]));
  await page.waitForFunction(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.open("devmentor", 1);
        request.onsuccess = () => {
          const count = request.result.transaction("outbox").objectStore("outbox").count();
          count.onsuccess = () => resolve(count.result === 1);
        };
      }),
  );
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(path());
  await until("the move", async () => JSON.stringify(await project.board()) === JSON.stringify([[], ["First"], []]));
});

test("a server that is killed and comes back is found again, with what happened meanwhile", async () => {
  const { page } = await tab(server, ann, path());
  await state(page, "live");
  await server.kill();
  await state(page, "offline");
  await card(page, "First").dragTo(page.locator(".column").nth(1).locator(".cards"));
  await server.start();
  await until("the move", async () => JSON.stringify(await project.board()) === JSON.stringify([[], ["First"], []]), 30_000);
  await project.task("While it was away");
  await card(page, "While it was away").waitFor();
  await state(page, "live");
});

test("a node that dies under a drag costs nothing", async () => {
  const { page } = await tab(server, ann, path());
  await state(page, "live");
  const from = (await card(page, "First").boundingBox())!;
  const to = (await page.locator(".column").nth(1).locator(".cards").boundingBox())!;
  await page.mouse.move(from.x + 40, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(to.x + 60, to.y + 60, { steps: 4 });
  await server.kill();
  await page.mouse.move(to.x + 80, to.y + 90, { steps: 4 });
  await page.mouse.up();
  await until("the card there", async () => JSON.stringify(await shown(page)) === JSON.stringify([[], ["First"], []]));
  await server.start();
  await until("the move on the server", async () => JSON.stringify(await project.board()) === JSON.stringify([[], ["First"], []]), 30_000);
});

test("a delete can be taken back, and is done when nobody does", async () => {
  await project.task("Second");
  const { page } = await tab(server, ann, `${path()}?task=1`);
  const remove = async (title: string) => {
    await page.getByRole("complementary").getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete task" }).click();
    await card(page, title).waitFor({ state: "detached" });
  };
  await remove("First");
  await page.getByRole("button", { name: "Undo" }).click();
  await card(page, "First").waitFor();
  await card(page, "Second").click();
  await remove("Second");
  await until("the delete on the server", async () => JSON.stringify(await project.board()) === JSON.stringify([["First"], [], []]));
});
