import { afterAll, beforeAll, expect, test } from "vitest";
import { closeChrome, PASSWORD, Project, Server, tab, until, type User, World } from "./world";

let server: Server;
let project: Project;
let ann: User;

beforeAll(async () => {
  server = await new Server().start();
  const world = new World(server);
  ann = await world.person("ann", "Ann");
  project = await world.project(ann, "DM", "DevMentor");
  await project.task("Write the letter");
});
afterAll(async () => {
  await closeChrome();
  await server.stop();
});

test("somebody logs in where a link has led them, and no token is where a script can read it", async () => {
  const { page, complaints } = await tab(server, undefined, "/p/DM/board?q=letter");
  await page.getByLabel("Name or mail address").fill("ann");
  await page.getByLabel("Password").fill("wrong horse battery");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByText("Write the letter").waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/p/DM/board?q=letter");
  const readable = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]));
  expect(readable).not.toMatch(/dmr_|eyJ/);
  await page.getByRole("button", { name: "Ann" }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.waitForURL("**/login");
  await page.goto("/p/DM/board");
  await page.waitForURL("**/login**");
  expect(complaints).toEqual([]);
});

test("a login that ends while somebody writes keeps the text, asks, and goes on", async () => {
  const { page, context, complaints } = await tab(server, ann, "/p/DM/board?task=1");
  await page.getByRole("textbox", { name: "Comment" }).fill("Half a thought");
  await context.clearCookies();
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Log in again" });
  await dialog.getByLabel("Name or mail address").fill("ann");
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Log in", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await until("the comment on the server", async () => {
    const { items } = await project.read<{ items: { body: string }[] }>("/comments?task=DM-1");
    return items.some((comment) => comment.body === "Half a thought");
  });
  expect(complaints).toEqual([]);
});

test("two tabs that refresh at once both stay logged in", async () => {
  const { page, context, complaints } = await tab(server, ann, "/p/DM/board");
  const other = await context.newPage();
  await other.goto("/p/DM/list");
  await other.getByText("Write the letter").waitFor();
  await context.clearCookies({ name: "devmentor-access" });
  const ask = (page: typeof other) => page.evaluate(async () => (await fetch("/api/auth/browser/refresh", { method: "POST" })).status);
  expect(await Promise.all([ask(page), ask(other)])).toEqual([200, 200]);
  expect(await page.evaluate(async () => (await fetch("/api/me")).status)).toBe(200);
  expect(complaints).toEqual([]);
});

test("an invitation makes an account and lets it in", async () => {
  const { page } = await tab(server, ann, `/org/${project.org}?tab=invitations`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("button", { name: "Make invitation" }).click();
  const address = await page.getByLabel("Address of the invitation").inputValue();
  const guest = await tab(server, undefined, new URL(address).pathname + new URL(address).search);
  await guest.page.getByText("You are invited to").waitFor();
  await guest.page.getByLabel("Name after @").fill("newcomer");
  await guest.page.getByLabel("Password, 10 characters or more").fill(PASSWORD);
  await guest.page.getByRole("button", { name: "Make account" }).click();
  await guest.page.getByRole("link", { name: "DevMentor", exact: false }).first().waitFor();
  await guest.page.goto("/p/DM/board");
  await guest.page.getByText("Write the letter").waitFor();
  expect(guest.complaints).toEqual([]);
});

test("a program is let in by its code", async () => {
  const asked = await fetch(`${server.url}/api/auth/device/code`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "devmentor-cli", client_name: "devmentor on the test's machine" }),
  });
  const codes = (await asked.json()) as { user_code: string; device_code: string };
  const { page, complaints } = await tab(server, ann, `/approve?user_code=${codes.user_code}`);
  await page.getByRole("button", { name: "Look who asks" }).click();
  await page.getByText("devmentor on the test's machine").waitFor();
  await page.getByRole("button", { name: "Yes, let it in" }).click();
  await page.getByText("It is in").waitFor();
  const got = await fetch(`${server.url}/api/auth/device/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: codes.device_code, client_id: "devmentor-cli" }),
  });
  expect(await got.json()).toHaveProperty("access_token");
  expect(complaints).toEqual([]);
});
