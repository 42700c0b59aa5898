/** What each client has to see: the same for all three. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

interface Task {
  id: string;
  title: string;
  description: string | null;
  completed: boolean;
  version: number;
  created_at: string;
  updated_at: string;
}

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
}

/** The type itself, but nothing if it is `any`, which would pass for everything. */
type Known<T> = 0 extends 1 & T ? never : T;

/** An id that no task has. */
export const nowhere = randomUUID();

export function isNew<T extends Task | undefined>(task: Known<T>): asserts task is NonNullable<Known<T>> {
  is(task, { title: "Buy milk", description: "Today", completed: false, version: 1 });
}

export function isCleared<T extends Task | undefined>(task: Known<T>): asserts task is NonNullable<Known<T>> {
  is(task, { title: "Buy milk", description: null, completed: false, version: 2 });
}

export function isDone<T extends Task | undefined>(task: Known<T>): asserts task is NonNullable<Known<T>> {
  is(task, { title: "Buy milk", description: null, completed: true, version: 3 });
}

/** Asserts that the pages hold what was created, the newest first, two on a page. */
export function areAll<T extends Task>(pages: Known<T>[][], created: Known<T>[]): void {
  const [first, second, third] = created;
  assert.deepEqual(pages, [[third, second], [first]]);
}

export function isStale<T extends Problem | undefined>(problem: Known<T>): void {
  is(problem, { type: "about:blank", title: "Precondition Failed", status: 412 });
}

export function isAbsent<T extends Problem | undefined>(problem: Known<T>): void {
  is(problem, { type: "about:blank", title: "Not Found", status: 404 });
}

function is(seen: object | undefined, members: object): void {
  assert.deepEqual(seen, { ...seen, ...members });
}
