/** A server of the test's own, people who use it by its API, and browsers in which they use the dashboard. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { fresh } from "../src/shared/ids";

const PROGRAM = process.env.DEVMENTOR;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const PASSWORD = "correct horse battery";

/** Many people log in from one address here; on a server of its own that is one household. */
const CONFIG = `
[[limits]]
name = "address"
by = "address"
path = "/"
burst = 100000
per_second = 10000
`;

export class Server {
  private process: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), "devmentor-dashboard-"));
  url = "";

  constructor(private readonly extra: string[] = ["--registration", "open"]) {
    writeFileSync(join(this.folder, "backend.toml"), CONFIG);
  }

  /** Starts it, where it was before when there was a before. */
  async start(): Promise<this> {
    if (!PROGRAM) throw new Error("DEVMENTOR says which program is tried; scripts/dashboard.sh sets it.");
    const listen = this.url ? this.url.replace("http://", "") : "127.0.0.1:0";
    const args = ["serve", "--listen", listen, "--data", join(this.folder, "data"), "--config", join(this.folder, "backend.toml"), "--log-level", "warn", ...this.extra];
    const child = spawn(PROGRAM, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, RUST_BACKTRACE: "0", HOME: this.folder } });
    this.process = child;
    this.url = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stdout?.on("data", (data: Buffer) => {
        said += data.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
        if (found) resolve(found[0]);
      });
      child.on("exit", (code) => reject(new Error(`The server ended (${code}): ${said}`)));
    });
    return this;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.removeAllListeners("exit");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await Promise.race([ended, gone]);
    this.process = undefined;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface User {
  handle: string;
  id: string;
  token: string;
}

type Json = Record<string, unknown>;

/** People and their projects, made by commands as any client makes them. */
export class World {
  constructor(readonly server: Server) {}

  async call<T = Json>(user: User | undefined, method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = {};
    if (user) headers.authorization = `Bearer ${user.token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(this.server.url + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async person(handle: string, name = handle): Promise<User> {
    const { access_token } = await this.call<{ access_token: string }>(undefined, "POST", "/api/auth/register", { handle, name, password: PASSWORD });
    const user = { handle, id: "", token: access_token };
    user.id = (await this.call<{ id: string }>(user, "GET", "/api/me")).id;
    return user;
  }

  async project(owner: User, key: string, name: string, members: [User, string][] = []): Promise<Project> {
    const org = (await this.call<{ id: string }>(owner, "POST", "/api/orgs", { name: `${name} Org` })).id;
    for (const [user, role] of members) {
      const command = { type: "org_member.set", user: user.id, role };
      await this.call(owner, "POST", `/api/orgs/${org}/commands`, { id: fresh("cmd"), command });
    }
    const { id } = await this.call<{ id: string }>(owner, "POST", "/api/projects", { org, key, name });
    const columns = await this.call<{ items: { id: string; name: string }[] }>(owner, "GET", `/api/projects/${id}/columns`);
    const order = ["To do", "In progress", "Done"];
    columns.items.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return new Project(this, owner, id, org, key, columns.items.map((column) => column.id));
  }
}

export class Project {
  constructor(
    readonly world: World,
    readonly owner: User,
    readonly id: string,
    readonly org: string,
    readonly key: string,
    readonly columns: string[],
  ) {}

  async do(command: Json, user: User = this.owner): Promise<number> {
    return (await this.world.call<{ seq: number }>(user, "POST", `/api/projects/${this.id}/commands`, { id: fresh("cmd"), command })).seq;
  }

  /** A task; answers with its identity. */
  async task(title: string, fields: Json = {}, column = 0): Promise<string> {
    const id = fresh("tsk");
    await this.do({ type: "task.create", id, fields: { title, ...fields }, column: this.columns[column] });
    return id;
  }

  async read<T = Json>(path: string, user: User = this.owner): Promise<T> {
    return this.world.call<T>(user, "GET", `/api/projects/${this.id}${path}`);
  }

  /** The titles of each column, as the server has them. */
  async board(): Promise<string[][]> {
    const board = await this.read<{ columns: { cards: { title: string }[] }[] }>("/board");
    return board.columns.map((column) => column.cards.map((card) => card.title));
  }
}

/** Files that were just built, tried without building the server that has them inside. */
const DIST = process.env.DASHBOARD_DIST;

let browser: Browser | undefined;

export async function chrome(): Promise<Browser> {
  browser ??= await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...(DIST ? ["--disable-features=LocalNetworkAccessChecks"] : [])],
  });
  return browser;
}

export async function closeChrome(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

async function fromFolder(context: BrowserContext, folder: string): Promise<void> {
  await context.route(
    (url) => !/^\/(api|ws|health|device)/.test(url.pathname),
    async (route) => {
      const { pathname } = new URL(route.request().url());
      const file = /\.\w+$/.test(pathname) ? pathname : "/index.html";
      const policy = (await fetch(`${new URL(route.request().url()).origin}/`, { headers: { accept: "text/html" } })).headers.get("content-security-policy");
      await route.fulfill({ path: join(folder, file), headers: { "content-security-policy": policy ?? "" } });
    },
  );
}

export interface Tab {
  page: Page;
  context: BrowserContext;
  /** What the browser complained about: scripts that failed, and what the Content-Security-Policy stopped. */
  complaints: string[];
}

/** Errors that a test causes on purpose, by ending a login or the network. */
const EXPECTED = /Failed to load resource|WebSocket connection|ERR_INTERNET_DISCONNECTED|net::ERR_|EventSource/;

export async function tab(server: Server, user: User | undefined, path = "/", options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await (await chrome()).newContext({ viewport: { width: 1280, height: 800 }, baseURL: server.url, ...options });
  if (user) {
    const answer = await context.request.post("/api/auth/browser/login", { data: { name: user.handle, password: PASSWORD }, headers: { origin: server.url } });
    if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`);
  }
  if (DIST) await fromFolder(context, DIST);
  const complaints: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  await page.goto(path);
  return { page, context, complaints };
}

/** Waits until what is asked for is so. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, patience = 30_000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The titles in each column, from top to bottom, as the page shows them. */
export async function shown(page: Page): Promise<string[][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".column")].map((column) =>
      [...column.querySelectorAll<HTMLElement>(".card-place")]
        .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
        .map((place) => place.querySelector(".card-title")?.textContent ?? ""),
    ),
  );
}

export const card = (page: Page, title: string) => page.locator(".card", { has: page.locator(".card-title", { hasText: title }) });

export const connection = (page: Page) => page.locator(".pill[data-connection]");
