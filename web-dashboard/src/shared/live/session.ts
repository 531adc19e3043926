/**
 * One open project: its copy, the feed that keeps it up to date, and the queue of commands on their way. There is one for each
 * project that some page shows; it stays for a while after the last page has left it, so that going back is instant.
 */
import { api, Refused, send } from "@/shared/api/client";
import type { Command, Event } from "@/shared/api/types";
import { fresh } from "@/shared/ids";
import { type Connection, Feed, type Presence } from "./feed";
import { forget, keep, kept, owner } from "./outbox";
import { type Pending, Store } from "./store";

/** The time to take a destructive act back, in milliseconds. */
export const GRACE = 8_000;
/** The server forgets what it did after thirty days; a command that is older might be done twice. */
const TOO_OLD = 29 * 24 * 3_600_000;
const LINGER = 60_000;

export interface Refusal {
  command: Command;
  /** The server's words. */
  reason: string;
}

export interface Live {
  connection: Connection;
  /** Commands that wait to be sent. */
  waiting: number;
  people: Presence[];
  /** Connections in the room, this one included. */
  count: number;
  /** Why nothing can be shown. */
  failed: Error | undefined;
}

export class Session {
  readonly store: Store;
  live: Live = { connection: "connecting", waiting: 0, people: [], count: 0, failed: undefined };
  private feed: Feed | undefined;
  private listeners = new Set<() => void>();
  private users = 0;
  private stopped = false;
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private loading = 0;
  private onRefusal = new Set<(refusal: Refusal) => void>();
  private readonly owner: string;

  constructor(
    readonly project: string,
    readonly me: string,
  ) {
    this.store = new Store(project, me);
    this.owner = owner(me, project);
    addEventListener("online", this.pump);
    void this.start();
  }

  // Listening

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  refusals(listener: (refusal: Refusal) => void): () => void {
    this.onRefusal.add(listener);
    return () => this.onRefusal.delete(listener);
  }

  private now(change: Partial<Live>): void {
    this.live = { ...this.live, ...change };
    for (const listener of this.listeners) listener();
  }

  /** Tells the others what this page looks at. */
  says(doing: string | null): void {
    this.feed?.says(doing);
  }

  // Reading

  private async start(): Promise<void> {
    const now = Date.now();
    for (const pending of await kept(this.owner)) {
      if (now - pending.at > TOO_OLD) {
        void forget(pending.id);
        this.refuse(pending, "It waited here for a month, longer than the server remembers what it has done.");
        continue;
      }
      const { seq: _, ...again } = pending;
      this.store.ask(again);
    }
    await this.load();
    if (this.stopped) return;
    void this.pump();
    this.feed = new Feed({
      project: this.project,
      last: () => ({ seq: this.store.seq, epoch: this.store.epoch }),
      event: (event) => this.take(event),
      reset: () => void this.load(),
      state: (connection) => {
        if (connection !== this.live.connection) this.now({ connection });
        if (connection !== "offline" && connection !== "gone") void this.pump();
      },
      presence: (people, count) => this.now({ people, count }),
      left: (reason) => this.now({ failed: new Error(reason) }),
    });
  }

  /** Reads everything, page by page; what happens meanwhile comes by the feed, from the number of the first page on. */
  private async load(): Promise<void> {
    const run = ++this.loading;
    for (let attempt = 0; !this.stopped && run === this.loading; attempt++) {
      try {
        let after: string | undefined;
        let first = true;
        do {
          const query = { limit: 1_000, ...(after ? { after } : {}) };
          const page = await api.get("/api/projects/{project}/entities", { path: { project: this.project }, query });
          if (run !== this.loading || this.stopped) return;
          if (first) this.store.reset(page.epoch, page.seq);
          first = false;
          this.store.load(page.items as unknown as { version: number; kind: string; id: string }[]);
          after = page.next ?? undefined;
          // Kinds come in a fixed order; what follows the tasks is not on the board.
          if (after && !this.store.ready && /^(comment|time_entry|view|anchor)\./.test(after)) this.store.markReady();
        } while (after);
        this.store.markReady();
        this.now({ failed: undefined });
        return;
      } catch (error) {
        if (error instanceof Refused && error.status !== 429) {
          this.now({ failed: error });
          return;
        }
        if (!this.store.ready) this.now({ connection: "offline" });
        await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** attempt, 8_000)));
      }
    }
  }

  private take(event: Event): void {
    if (this.store.apply(event) || event.seq <= this.store.seq) return;
    // One is missing in between: ask for what is not here.
    void this.catchUp();
  }

  private async catchUp(): Promise<void> {
    try {
      for (let more = true; more && !this.stopped; ) {
        const query = { after: this.store.seq, limit: 500 };
        const page = await api.get("/api/projects/{project}/events", { path: { project: this.project }, query });
        if (page.epoch !== this.store.epoch) return void this.load();
        for (const event of page.events) this.store.apply(event);
        more = page.more && page.events.length > 0;
      }
    } catch {
      // The feed finds the same and comes back with the last number.
    }
  }

  // Writing

  /** Asks for a command: it shows at once, is kept, and is sent. With a hold it may be taken back for that long. */
  do(command: Command, hold?: number): string {
    const at = Date.now();
    const pending: Pending = { id: fresh("cmd"), command, at, ...(hold ? { hold: at + hold } : {}) };
    this.store.ask(pending);
    void keep(this.owner, pending);
    this.count();
    void this.pump();
    return pending.id;
  }

  /** Takes a held command back. Answers whether that was in time. */
  takeBack(id: string): boolean {
    const pending = this.store.pending.find((one) => one.id === id);
    if (!pending?.hold || pending.hold <= Date.now()) return false;
    this.store.drop(id);
    void forget(id);
    this.count();
    return true;
  }

  private count(): void {
    const waiting = this.store.pending.filter((one) => one.seq === undefined && !(one.hold && one.hold > Date.now())).length;
    if (waiting !== this.live.waiting) this.now({ waiting });
  }

  /** Sends what waits, one after the other, for the later ones may need the earlier. */
  private readonly pump = async (): Promise<void> => {
    if (this.sending || this.stopped) return;
    this.sending = true;
    clearTimeout(this.timer);
    try {
      for (;;) {
        const now = Date.now();
        const open = this.store.pending.filter((one) => one.seq === undefined);
        const next = open.find((one) => !one.hold || one.hold <= now);
        if (!next) {
          const soonest = Math.min(...open.map((one) => one.hold ?? Infinity));
          if (soonest !== Infinity) this.timer = setTimeout(this.pump, Math.max(soonest - now, 0) + 10);
          break;
        }
        if (!(await this.sendOne(next))) break;
      }
    } finally {
      this.sending = false;
      this.count();
    }
  };

  private async sendOne(pending: Pending): Promise<boolean> {
    try {
      const response = await send(`/api/projects/${this.project}/commands`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id: pending.id, command: pending.command }),
      });
      const { seq } = (await response.json()) as { seq: number };
      this.attempts = 0;
      this.store.accepted(pending.id, seq);
      void forget(pending.id);
      this.count();
      if (this.live.connection === "polling") this.feed?.hurry();
      return true;
    } catch (error) {
      const busy = error instanceof Refused && (error.status === 429 || error.status === 408 || error.status === 401 || error.status >= 500);
      if (error instanceof Refused && !busy) {
        this.store.drop(pending.id);
        void forget(pending.id);
        this.refuse(pending, error.message);
        this.count();
        return true;
      }
      this.attempts++;
      this.timer = setTimeout(this.pump, Math.min(500 * 2 ** Math.min(this.attempts, 6), 15_000));
      return false;
    }
  }

  private refuse(pending: Pending, reason: string): void {
    for (const listener of this.onRefusal) listener({ command: pending.command, reason });
  }

  // Living

  use(): () => void {
    this.users++;
    return () => {
      this.users--;
      setTimeout(() => this.users === 0 && this.stop(), LINGER);
    };
  }

  stop(): void {
    this.stopped = true;
    this.feed?.stop();
    clearTimeout(this.timer);
    removeEventListener("online", this.pump);
    if (sessions.get(this.project) === this) sessions.delete(this.project);
  }
}

const sessions = new Map<string, Session>();

/** The open session of a project. */
export function session(project: string, me: string): Session {
  let one = sessions.get(project);
  if (!one || one.me !== me) {
    one?.stop();
    one = new Session(project, me);
    sessions.set(project, one);
  }
  return one;
}

/** Ends all, when somebody logs out. */
export function closeAll(): void {
  for (const one of [...sessions.values()]) one.stop();
}
