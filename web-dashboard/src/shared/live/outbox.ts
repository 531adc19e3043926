/**
 * Commands that the server has not answered yet, kept in the browser's database: closing the tab or losing the network loses none.
 * Every command has an identity, so sending one twice, from two tabs even, does it once.
 */
import type { Pending } from "./store";

const NAME = "devmentor";
const STORE = "outbox";

interface Kept extends Pending {
  owner: string;
}

let opening: Promise<IDBDatabase | undefined> | undefined;

function open(): Promise<IDBDatabase | undefined> {
  opening ??= new Promise((resolve) => {
    // A browser that keeps nothing (a private window, a full disk) still works; only a closed tab then loses what waits.
    if (typeof indexedDB === "undefined") return resolve(undefined);
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("owner", "owner");
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => resolve(undefined);
  });
  return opening;
}

function done<T>(request: IDBRequest<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}

/** Whose commands, and of which project. */
export const owner = (user: string, project: string): string => `${user}/${project}`;

export async function keep(of: string, pending: Pending): Promise<void> {
  const database = await open();
  if (database) await done(database.transaction(STORE, "readwrite").objectStore(STORE).put({ ...pending, owner: of } satisfies Kept));
}

export async function forget(id: string): Promise<void> {
  const database = await open();
  if (database) await done(database.transaction(STORE, "readwrite").objectStore(STORE).delete(id));
}

/** What is kept, in the order in which it was asked: identities rise with time. */
export async function kept(of: string): Promise<Pending[]> {
  const database = await open();
  if (!database) return [];
  const rows = (await done(database.transaction(STORE).objectStore(STORE).index("owner").getAll(of))) as Kept[] | undefined;
  return (rows ?? []).map(({ owner: _, ...pending }) => pending).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** How many wait for a person, in all projects. */
export async function waiting(user: string): Promise<number> {
  const database = await open();
  if (!database) return 0;
  const range = IDBKeyRange.bound(`${user}/`, `${user}/\uffff`);
  return (await done(database.transaction(STORE).objectStore(STORE).index("owner").count(range))) ?? 0;
}
