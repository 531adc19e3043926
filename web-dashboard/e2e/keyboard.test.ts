import { afterAll, beforeAll, expect, test } from "vitest";
import { card, closeChrome, Project, Server, shown, tab, until, type User, World } from "./world";

let server: Server;
let ann: User;
let project: Project;

beforeAll(async () => {
  server = await new Server().start();
  const world = new World(server);
  ann = await world.person("ann", "Ann");
  project = await world.project(ann, "DM", "DevMentor");
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});

test("a task's whole life without a mouse", async () => {
  const { page, complaints } = await tab(server, ann, "/p/DM/board");
  await page.getByText("The board is empty", { exact: false }).waitFor();
  const keys = async (...list: string[]) => {
    for (const key of list) await page.keyboard.press(key);
  };
  const said = async (words: string) =>
    until(`the announcement “${words}”`, async () => (await page.locator(".sr[role=status][aria-live=assertive]").textContent())?.includes(words));
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");

  // Made,
  for (const title of ["Alpha", "Beta"]) {
    await keys("c");
    await page.keyboard.type(title);
    await keys("Enter");
    await card(page, title).waitFor();
  }
  await until("numbers from the server", async () => (await page.locator(".card", { hasText: "DM-2" }).count()) === 1);

  // found,
  await page.locator(".card").first().focus();
  await keys("ArrowDown");
  await until("the second card", async () => (await focused()).includes("Beta"));

  // moved,
  await keys("Space");
  await said("lifted from To do, position 2 of 2");
  await keys("ArrowRight");
  await said("In progress, position 1 of 1");
  await keys("Space");
  await said("dropped in In progress");
  await until("the move", async () => JSON.stringify(await project.board()) === JSON.stringify([["Alpha"], ["Beta"], []]));
  await until("the focus on what moved", async () => (await focused()).includes("Beta"));

  // lifted and put back,
  await keys("Space", "ArrowLeft", "Escape");
  await said("is back in In progress");
  expect(await shown(page)).toEqual([["Alpha"], ["Beta"], []]);

  // opened, described, talked about,
  await until("the focus back", async () => (await focused()).includes("Beta"));
  await keys("Enter");
  const panel = page.getByRole("complementary", { name: "DM-2 Beta" });
  await panel.waitFor();
  const reach = async (name: string) => {
    for (let step = 0; step < 60; step++) {
      await keys("Tab");
      const at = await page.evaluate(() => `${document.activeElement?.getAttribute("aria-label") ?? ""} ${document.activeElement?.textContent ?? ""}`);
      if (at.includes(name) && !at.includes("about this comment")) return;
    }
    throw new Error(`Tab never reached ${name}`);
  };
  await reach("Describe it");
  await keys("Enter");
  await page.keyboard.type("By *keys* alone");
  await keys("Control+Enter");
  await panel.locator("em", { hasText: "keys" }).waitFor();
  await reach("Comment");
  await until("the field", async () => (await page.evaluate(() => document.activeElement?.tagName)) === "TEXTAREA" || (await reach("Comment"), false));
  await page.keyboard.type("Said and done");
  await keys("Control+Enter");
  await panel.getByText("Said and done").waitFor();

  // closed, finished by the palette's way, and deleted with a way back.
  await keys("Escape");
  await panel.waitFor({ state: "detached" });
  await until("the focus on the card", async () => (await focused()).includes("Beta"));
  await keys("Space", "ArrowRight", "Space");
  await until("done", async () => JSON.stringify(await project.board()) === JSON.stringify([["Alpha"], [], ["Beta"]]));
  await keys("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).waitFor();
  await page.keyboard.type("beta");
  await keys("Enter");
  await page.waitForURL("**/p/DM/t/2");
  await page.getByRole("button", { name: "More", exact: true }).waitFor();
  await page.getByText("Said and done").waitFor();
  await reach("More");
  await keys("Enter");
  await page.getByRole("menuitem", { name: "Delete task" }).waitFor();
  await keys("Enter");
  await page.waitForURL("**/board**");
  await page.getByRole("button", { name: "Undo" }).focus();
  await keys("Enter");
  await card(page, "Beta").waitFor();
  expect(complaints).toEqual([]);
});

test("the help sheet lists the keys that work here, and Escape gives the focus back", async () => {
  const { page } = await tab(server, ann, "/p/DM/board");
  await card(page, "Alpha").focus();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  for (const words of ["Command palette", "New task", "Go to the board", "Lift the card, drop it", "Filter"]) await sheet.getByText(words, { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.activeElement?.className)).toContain("card");
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.waitForURL("**/p/DM/list");
  await page.goBack();
  await page.waitForURL("**/p/DM/board");
});

test("a draft outlives a reload", async () => {
  const { page } = await tab(server, ann, "/p/DM/board");
  await card(page, "Alpha").waitFor();
  await page.keyboard.press("c");
  await page.getByLabel("Title").fill("Half written");
  await page.reload();
  await card(page, "Alpha").waitFor();
  await page.keyboard.press("c");
  expect(await page.getByLabel("Title").inputValue()).toBe("Half written");
});
