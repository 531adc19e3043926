/**
 * How events of a project come: by WebSocket; where that is blocked as server-sent events; else by asking every few seconds. All
 * three tell the same, and whichever it is, the page says so. A feed knows nothing of the store: it asks for the last number and
 * hands over what comes.
 */
import { api, send, Unreachable } from "@/shared/api/client";
import type { Event } from "@/shared/api/types";

export type Way = "websocket" | "stream" | "polling";
/** `connecting` before the first word of the server, `offline` while it cannot be reached. */
export type Connection = "connecting" | "live" | "stream" | "polling" | "offline" | "gone";

export interface Presence {
  user: string;
  doing: string | null;
}

/** Whom a feed speaks to. */
export interface Ear {
  project: string;
  last(): { seq: number; epoch: string };
  event(event: Event): void;
  /** The numbers are of another history. */
  reset(): void;
  state(connection: Connection): void;
  presence(people: Presence[], count: number): void;
  /** Access has ended. */
  left(reason: string): void;
}

type Said =
  | { type: "ready"; epoch: string }
  | { type: "joined"; seq: number }
  | { type: "event"; event: Event }
  | { type: "reset" }
  | { type: "left"; reason: string }
  | { type: "presence"; people: Presence[]; count: number }
  | { type: "error"; detail: string }
  | { type: "pong" };

const OPENING = 8_000;
const POLL = 2_500;
/** A quiet WebSocket is asked whether it lives, and given this long to answer. */
const QUIET = 20_000;
/** After so long on a lesser way the better one is tried again. */
const BETTER = 120_000;
const STREAMS = 3;
const RESUME = 4008;
const REFUSED = 4400;

export class Feed {
  private way: Way = "websocket";
  private stopped = false;
  private failures = 0;
  private socket: WebSocket | undefined;
  private doing: string | null = null;
  private wake: (() => void) | undefined;
  private close: (() => void) | undefined;

  constructor(private readonly ear: Ear) {
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.wake?.();
    this.close?.();
  }

  /** Something was just sent whose event is worth fetching now, or the network is back. */
  readonly hurry = (): void => {
    this.wake?.();
  };

  /** Tells the others what this page looks at. */
  says(doing: string | null): void {
    this.doing = doing;
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ type: "presence", project: this.ear.project, doing }));
    }
  }

  private async run(): Promise<void> {
    let lesserSince = 0;
    while (!this.stopped) {
      if (this.way !== "websocket" && lesserSince === 0) lesserSince = Date.now();
      if (this.way !== "websocket" && Date.now() - lesserSince > BETTER) {
        this.way = "websocket";
        lesserSince = 0;
      }
      // An upgrade cannot refresh a login that has run out; a plain request can, and it tells whether anything gets through.
      if (this.way !== "polling" && !(await this.admitted())) {
        if (this.stopped) return;
        this.failures++;
        this.ear.state("offline");
        await this.pause(this.backoff());
        continue;
      }
      const until = this.way === "websocket" ? Infinity : lesserSince + BETTER;
      const outcome = await (this.way === "websocket" ? this.overWebSocket() : this.way === "stream" ? this.overStream(until) : this.poll());
      if (this.stopped || outcome === "left") return;
      if (outcome === "fine") {
        this.failures = 0;
        continue;
      }
      this.failures++;
      // Whether this way is blocked or nothing gets through shows a plain request.
      if (await this.reachable()) {
        if (outcome === "blocked" && this.way !== "polling") {
          this.way = this.way === "websocket" ? "stream" : "polling";
          lesserSince = Date.now();
          continue;
        }
      } else {
        this.ear.state("offline");
      }
      await this.pause(this.backoff());
    }
  }

  private backoff(): number {
    return Math.min(500 * 2 ** Math.min(this.failures, 5), 10_000) * (0.75 + Math.random() / 2);
  }

  private async admitted(): Promise<boolean> {
    try {
      await send("/api/me");
      return true;
    } catch {
      return false;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.wake = undefined;
    });
  }

  private async reachable(): Promise<boolean> {
    try {
      await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
      return true;
    } catch {
      return false;
    }
  }

  /** Answers `false` for what ends the connection. */
  private hear(said: Said, connection: Connection): "go on" | "again" | "left" {
    switch (said.type) {
      case "joined":
        this.failures = 0;
        this.ear.state(connection);
        if (this.doing) this.says(this.doing);
        return "go on";
      case "event":
        this.ear.event(said.event);
        return "go on";
      case "presence":
        this.ear.presence(said.people, said.count);
        return "go on";
      case "reset":
        this.ear.reset();
        return "again";
      case "left":
        this.ear.state("gone");
        this.ear.left(said.reason);
        return "left";
      default:
        return "go on";
    }
  }

  private overWebSocket(): Promise<"fine" | "failed" | "blocked" | "left"> {
    return new Promise((resolve) => {
      let joined = false;
      let done = false;
      let heard = Date.now();
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
      this.socket = socket;
      const end = (outcome: "fine" | "failed" | "blocked" | "left") => {
        if (done) return;
        done = true;
        clearTimeout(opening);
        clearInterval(pulse);
        this.close = undefined;
        this.socket = undefined;
        socket.onclose = socket.onmessage = socket.onerror = null;
        socket.close();
        resolve(outcome);
      };
      const opening = setTimeout(() => !joined && end("blocked"), OPENING);
      const pulse = setInterval(() => {
        const silence = Date.now() - heard;
        if (silence > QUIET * 1.5) end("failed");
        else if (silence > QUIET && socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
      }, QUIET / 4);
      this.close = () => end("fine");
      socket.onmessage = (message) => {
        heard = Date.now();
        const said = JSON.parse(String(message.data)) as Said;
        if (said.type === "ready") {
          const { seq, epoch } = this.ear.last();
          socket.send(JSON.stringify({ type: "join", project: this.ear.project, after: seq, epoch }));
          return;
        }
        if (said.type === "joined") joined = true;
        const next = this.hear(said, "live");
        if (next !== "go on") end(next === "left" ? "left" : "fine");
      };
      socket.onclose = (event) => {
        if (event.code === RESUME) return end("fine");
        if (joined) return end("failed");
        end(event.code === REFUSED ? "failed" : "blocked");
      };
    });
  }

  /**
   * A stream holds one of the six connections that browsers open to a server without HTTP/2, over all tabs. So only a few tabs have
   * one, and the others poll.
   */
  private async overStream(until: number): Promise<"fine" | "failed" | "blocked" | "left"> {
    if (!("locks" in navigator)) return this.stream(until);
    for (let place = 1; place <= STREAMS; place++) {
      const outcome = await navigator.locks.request(`devmentor-stream-${place}`, { ifAvailable: true }, async (lock) =>
        lock ? await this.stream(until) : undefined,
      );
      if (outcome) return outcome;
    }
    return "blocked";
  }

  private stream(until: number): Promise<"fine" | "failed" | "blocked" | "left"> {
    return new Promise((resolve) => {
      const { seq, epoch } = this.ear.last();
      let joined = false;
      const source = new EventSource(`/api/projects/${this.ear.project}/stream?after=${seq}`);
      const end = (outcome: "fine" | "failed" | "blocked" | "left") => {
        clearTimeout(opening);
        clearTimeout(better);
        this.close = undefined;
        source.close();
        resolve(outcome);
      };
      const opening = setTimeout(() => !joined && end("blocked"), OPENING);
      const better = setTimeout(() => end("fine"), Math.max(until - Date.now(), 1_000));
      this.close = () => end("fine");
      source.onmessage = (message) => {
        const said = JSON.parse(String(message.data)) as Said;
        if (said.type === "ready") {
          if (epoch && said.epoch !== epoch) {
            this.ear.reset();
            end("fine");
          }
          return;
        }
        if (said.type === "joined") joined = true;
        const next = this.hear(said, "stream");
        if (next !== "go on") end(next === "left" ? "left" : "fine");
      };
      source.onerror = () => end(joined ? "failed" : "blocked");
    });
  }

  private async poll(): Promise<"fine" | "failed" | "left"> {
    try {
      for (;;) {
        const { seq, epoch } = this.ear.last();
        const page = await api.get("/api/projects/{project}/events", { path: { project: this.ear.project }, query: { after: seq } });
        if (epoch && page.epoch !== epoch) {
          this.ear.reset();
          return "fine";
        }
        for (const event of page.events) this.ear.event(event);
        this.ear.state("polling");
        if (!page.more) break;
      }
    } catch (error) {
      if (error instanceof Unreachable) return "failed";
      const status = (error as { status?: number }).status;
      if (status === 404) {
        this.ear.state("gone");
        this.ear.left("The project is gone, or is no longer shared with you.");
        return "left";
      }
      return "failed";
    }
    await this.pause(POLL);
    return "fine";
  }
}
