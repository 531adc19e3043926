/**
 * The copy of one project: what the server has said (`base`), and on top of it what was asked here and is not answered yet
 * (`pending`). Pages read the two as one. Whatever changes tells exactly those who look at it, by topic.
 */
import type { Command, Entities, Event, Kind, Task } from "@/shared/api/types";
import { inOrder } from "@/shared/ranks";
import { type Draft, optimistic } from "./optimistic";

export interface Pending {
  /** The identity of the command, by which the server knows it again. */
  id: string;
  command: Command;
  /** When it was asked, in milliseconds since 1970. */
  at: number;
  /** Not sent before this: the time to take it back. */
  hold?: number;
  /** The server has done it; its event, which has this number, is still on the way. */
  seq?: number;
}

interface Row {
  version: number;
  entity: unknown;
}

type Topic = string;

function inner<V>(maps: Map<Kind, Map<string, V>>, kind: Kind): Map<string, V> {
  let map = maps.get(kind);
  if (!map) {
    map = new Map();
    maps.set(kind, map);
  }
  return map;
}

const EMPTY: readonly never[] = [];

export class Store {
  seq = 0;
  epoch = "";
  /** Whether everything that a board shows is there. */
  ready = false;
  private base = new Map<Kind, Map<string, Row>>();
  /** What `pending` makes of it; `undefined` is gone. */
  private overlay = new Map<Kind, Map<string, unknown>>();
  private queue: Pending[] = [];
  private byKind = new Map<Kind, Map<string, unknown>>();
  private byColumn = new Map<string, Set<string>>();
  private byNumber = new Map<number, string>();
  private byTask = { comment: new Map<string, Set<string>>(), time_entry: new Map<string, Set<string>>(), anchor: new Map<string, Set<string>>() };
  private lists = new Map<Topic, readonly unknown[]>();
  private listeners = new Map<Topic, Set<() => void>>();
  private touched = new Set<Topic>();
  private scheduled = false;

  constructor(
    readonly project: string,
    readonly me: string,
  ) {}

  // Reading

  get<K extends Kind>(kind: K, id: string | null | undefined): Entities[K] | undefined {
    return id ? (this.byKind.get(kind)?.get(id) as Entities[K] | undefined) : undefined;
  }

  /** All of a kind, in no order; the same list until one of them changes. */
  all<K extends Kind>(kind: K): readonly Entities[K][] {
    return this.list(`kind:${kind}`, () => [...(this.byKind.get(kind)?.values() ?? [])]) as readonly Entities[K][];
  }

  /** The columns from left to right. */
  columns(): readonly Entities["column"][] {
    return this.list("columns", () => [...this.all("column")].sort(inOrder)) as readonly Entities["column"][];
  }

  /** The tasks of a column from top to bottom. */
  inColumn(column: string): readonly Task[] {
    return this.list(`column:${column}`, () => {
      const tasks = [...(this.byColumn.get(column) ?? EMPTY)].map((id) => this.get("task", id)!);
      return tasks.sort(inOrder);
    }) as readonly Task[];
  }

  byTaskNumber(number: number): Task | undefined {
    return this.get("task", this.byNumber.get(number));
  }

  /** What belongs to a task, oldest first: identities rise with time. */
  of<K extends "comment" | "time_entry" | "anchor">(kind: K, task: string): readonly Entities[K][] {
    return this.list(`${kind}-of:${task}`, () => {
      const ids = [...(this.byTask[kind].get(task) ?? EMPTY)].sort();
      return ids.map((id) => this.get(kind, id)!);
    }) as readonly Entities[K][];
  }

  get pending(): readonly Pending[] {
    return this.queue;
  }

  /** Whether something here waits for the server. */
  isPending(kind: Kind, id: string): boolean {
    return this.overlay.get(kind)?.has(id) ?? false;
  }

  private list(topic: Topic, make: () => readonly unknown[]): readonly unknown[] {
    let list = this.lists.get(topic);
    if (!list) {
      list = make();
      this.lists.set(topic, list);
    }
    return list;
  }

  // Listening

  subscribe = (topic: Topic, listener: () => void): (() => void) => {
    let set = this.listeners.get(topic);
    if (!set) {
      set = new Set();
      this.listeners.set(topic, set);
    }
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.listeners.get(topic) === set) this.listeners.delete(topic);
    };
  };

  private touch(topic: Topic): void {
    this.lists.delete(topic);
    this.touched.add(topic);
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      const topics = [...this.touched];
      this.touched.clear();
      const told = new Set<() => void>();
      for (const topic of topics) {
        for (const listener of this.listeners.get(topic) ?? EMPTY) told.add(listener);
      }
      for (const listener of told) listener();
    });
  }

  // What the server says

  /** Begins anew with another history. */
  reset(epoch: string, seq: number): void {
    const before = this.base;
    this.base = new Map();
    this.epoch = epoch;
    this.seq = seq;
    this.ready = false;
    for (const [kind, rows] of before) for (const id of rows.keys()) this.show(kind, id);
    this.replay();
    this.touch("state");
  }

  /** Takes a page of entities; older ones than are here already say nothing. */
  load(items: readonly { version: number; kind: string; id: string }[]): void {
    for (const { version, ...entity } of items) {
      const kind = entity.kind as Kind;
      const rows = inner(this.base, kind);
      if ((rows.get(entity.id)?.version ?? -1) > version) continue;
      rows.set(entity.id, { version, entity });
      this.show(kind, entity.id);
    }
  }

  markReady(): void {
    this.ready = true;
    this.replay();
    this.touch("state");
  }

  /** Applies the next event. Answers whether it was the next one; one from before is none, and does no harm. */
  apply(event: Event): boolean {
    if (event.seq !== this.seq + 1) return false;
    this.seq = event.seq;
    for (const change of event.changes) {
      if (change.op === "put") {
        const entity = change.entity as unknown as { kind: Kind; id: string };
        inner(this.base, entity.kind).set(entity.id, { version: event.seq, entity });
        this.show(entity.kind, entity.id);
      } else {
        const { kind, id } = change as unknown as { kind: Kind; id: string };
        inner(this.base, kind).delete(id);
        this.show(kind, id);
      }
    }
    const before = this.queue.length;
    this.queue = this.queue.filter((one) => one.id !== event.command && !(one.seq !== undefined && one.seq <= event.seq));
    if (this.queue.length > 0 || before > 0) this.replay();
    this.touch("seq");
    return true;
  }

  // What is asked here

  ask(pending: Pending): void {
    this.queue = [...this.queue, pending];
    const changed: [Kind, string][] = [];
    optimistic(this.draft(changed), pending.command, pending.at);
    for (const [kind, id] of changed) this.show(kind, id);
    this.touch("pending");
  }

  /** The server has done it as event `seq`. */
  accepted(id: string, seq: number): void {
    const arrived = seq <= this.seq;
    this.queue = this.queue.flatMap((one) => (one.id !== id ? [one] : arrived ? [] : [{ ...one, seq }]));
    if (arrived) this.replay();
    else this.touch("pending");
  }

  /** It will not be done: what it would have changed is as before. */
  drop(id: string): void {
    this.queue = this.queue.filter((one) => one.id !== id);
    this.replay();
  }

  private draft(changed: [Kind, string][]): Draft {
    const set = (kind: Kind, id: string, entity: unknown) => {
      inner(this.overlay, kind).set(id, entity);
      changed.push([kind, id]);
    };
    return {
      me: this.me,
      get: (kind, id) => this.peek(kind, id),
      all: (kind) => this.peekAll(kind),
      put: (kind, entity) => set(kind, entity.id, entity),
      remove: (kind, id) => set(kind, id, undefined),
    };
  }

  /** Makes what is shown anew from what the server said and what is asked. */
  private replay(): void {
    const changed: [Kind, string][] = [];
    for (const [kind, entities] of this.overlay) for (const id of entities.keys()) changed.push([kind, id]);
    this.overlay = new Map();
    const draft = this.draft(changed);
    for (const one of this.queue) optimistic(draft, one.command, one.at);
    for (const [kind, id] of changed) this.show(kind, id);
    this.touch("pending");
  }

  private peek<K extends Kind>(kind: K, id: string): Entities[K] | undefined {
    const over = this.overlay.get(kind);
    if (over?.has(id)) return over.get(id) as Entities[K] | undefined;
    return this.base.get(kind)?.get(id)?.entity as Entities[K] | undefined;
  }

  private peekAll<K extends Kind>(kind: K): Entities[K][] {
    const over = this.overlay.get(kind);
    const all: Entities[K][] = [];
    for (const entity of over?.values() ?? []) if (entity) all.push(entity as Entities[K]);
    for (const [id, row] of this.base.get(kind) ?? []) if (!over?.has(id)) all.push(row.entity as Entities[K]);
    return all;
  }

  /** Brings what pages see of one thing, and every index, in line with base and overlay. */
  private show(kind: Kind, id: string): void {
    const now = this.peek(kind, id);
    const map = inner(this.byKind, kind);
    const old = map.get(id);
    if (old === now) return;
    if (now === undefined) map.delete(id);
    else map.set(id, now);
    this.touch(`${kind}:${id}`);
    this.touch(`kind:${kind}`);
    if (kind === "column") this.touch("columns");
    if (kind === "task") this.indexTask(old as Task | undefined, now as Task | undefined);
    if (kind === "comment" || kind === "time_entry" || kind === "anchor") {
      const [before, after] = [(old as { task: string } | undefined)?.task, (now as { task: string } | undefined)?.task];
      if (before !== undefined) this.byTask[kind].get(before)?.delete(id);
      if (after !== undefined) {
        const set = this.byTask[kind].get(after);
        if (set) set.add(id);
        else this.byTask[kind].set(after, new Set([id]));
      }
      for (const task of new Set([before, after])) if (task !== undefined) this.touch(`${kind}-of:${task}`);
    }
  }

  private indexTask(old: Task | undefined, now: Task | undefined): void {
    if (old) {
      this.byColumn.get(old.column)?.delete(old.id);
      if (this.byNumber.get(old.number) === old.id) this.byNumber.delete(old.number);
      this.touch(`column:${old.column}`);
      this.touch(`number:${old.number}`);
    }
    if (now) {
      const set = this.byColumn.get(now.column);
      if (set) set.add(now.id);
      else this.byColumn.set(now.column, new Set([now.id]));
      if (now.number > 0) this.byNumber.set(now.number, now.id);
      this.touch(`column:${now.column}`);
      this.touch(`number:${now.number}`);
    }
  }
}
