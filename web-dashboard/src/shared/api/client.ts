/**
 * Requests, typed by the server's OpenAPI document. The login is in cookies that no script can read; when it has run out, one tab
 * refreshes it for all, and when that fails the request waits until somebody has logged in again.
 */
import type { Problem } from "./types";
import type { paths } from "./schema";

type Method = "get" | "post" | "patch" | "delete" | "put";
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? NonNullable<O> : never;
type PathsWith<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[keyof paths];

type Params<O, In extends "path" | "query"> = O extends { parameters: { [K in In]?: infer T } } ? NonNullable<T> : never;
type JsonBody<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : never;
type Good<R> = R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : never;
type Answer<O> = O extends { responses: infer R } ? (Good<R> extends { content: { "application/json": infer J } } ? J : void) : never;

type Input<O> = ([Params<O, "path">] extends [never] ? unknown : { path: Params<O, "path"> }) &
  ([Params<O, "query">] extends [never] ? unknown : { query?: Params<O, "query"> }) &
  ([JsonBody<O>] extends [never] ? unknown : { body: JsonBody<O> }) & { signal?: AbortSignal };

/** A refusal of the server, in its own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Pick<Problem, "detail" | "code"> & Partial<Problem>,
  ) {
    super(problem.detail);
  }
}

/** The server cannot be reached, or something between says that it is busy. */
export class Unreachable extends Error {}

type Gate = () => Promise<void>;
let gate: Gate | undefined;

/** What to do when nobody is logged in any more: resolves when somebody is again. */
export function onLoggedOut(wait: Gate): void {
  gate = wait;
}

async function once(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable("The server cannot be reached.");
  }
}

async function refusal(response: Response): Promise<Error> {
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    return new Unreachable("The server is not available at the moment.");
  }
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  return new Refused(response.status, problem?.detail ? problem : { detail: `The server answered ${response.status}.`, code: "unknown" });
}

let refreshing: Promise<boolean> | undefined;

/** Exchanges the refresh token; several tabs take turns, so that each uses the newest. */
export function refresh(): Promise<boolean> {
  const ask = async (): Promise<boolean> => {
    const response = await once("/api/auth/browser/refresh", { method: "POST" });
    if (response.status === 401) return false;
    if (!response.ok) throw await refusal(response);
    return true;
  };
  const turn = async (): Promise<boolean> => ("locks" in navigator ? await navigator.locks.request("devmentor-refresh", ask) : await ask());
  const running = (refreshing ??= turn().finally(() => {
    refreshing = undefined;
  }));
  return running;
}

const NO_LOGIN_NEEDED = /^\/api\/auth\/(browser|providers|invitations)\//;

/** A request by its address; answers with the response when it is a good one. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  for (let round = 0; ; round++) {
    const response = await once(path, init);
    if (response.ok) return response;
    if (response.status !== 401 || NO_LOGIN_NEEDED.test(path)) throw await refusal(response);
    if (round === 0 && (await refresh())) continue;
    if (!gate || round > 2) throw await refusal(response);
    await gate();
  }
}

async function call(method: string, template: string, input: Record<string, unknown> = {}): Promise<unknown> {
  const values = (input.path ?? {}) as Record<string, string>;
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  const init: RequestInit = { method: method.toUpperCase() };
  if (input.signal) init.signal = input.signal as AbortSignal;
  if (input.body !== undefined) {
    init.body = JSON.stringify(input.body);
    init.headers = { "content-type": "application/json" };
  }
  const response = await send(query.size > 0 ? `${path}?${query}` : path, init);
  return response.status === 204 ? undefined : response.json();
}

type Call<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...input: unknown extends Input<Operation<P, M>> ? [] : Record<string, never> extends Omit<Input<Operation<P, M>>, "signal" | "query"> ? [Input<Operation<P, M>>?] : [Input<Operation<P, M>>]
) => Promise<Answer<Operation<P, M>>>;

const verb = <M extends Method>(method: M) => ((path: string, input?: Record<string, unknown>) => call(method, path, input)) as unknown as Call<M>;

export const api = { get: verb("get"), post: verb("post"), patch: verb("patch"), delete: verb("delete"), put: verb("put") };
