/** The scenario, with openapi-fetch over the types that openapi-typescript generates. */
import * as expected from "./expected.js";
import { baseUrl, owner } from "./settings.js";
import createClient from "openapi-fetch";
import type { paths } from "../generated/openapi-fetch.js";

const todo = createClient<paths>({ baseUrl, headers: { "X-User-ID": owner } });

const created = [];
for (const title of ["Buy milk", "Water plants", "Call Anna"]) {
  const { data: task, error } = await todo.POST("/api/v1/tasks", { body: { title, description: "Today" } });
  if (error) throw new Error(error.detail);
  created.push(task);
}

const pages = [];
const query: { limit: number; cursor?: string } = { limit: 2 };
for (;;) {
  const { data: page, error } = await todo.GET("/api/v1/tasks", { params: { query } });
  if (error) throw new Error(error.detail);
  pages.push(page.items);
  if (page.next_cursor === null) break;
  query.cursor = page.next_cursor;
}

const [task] = created;
expected.isNew(task);
expected.areAll(pages, created);

const path = { task_id: task.id };
const cleared = await todo.PATCH("/api/v1/tasks/{task_id}", { params: { path }, body: { description: null } });
expected.isCleared(cleared.data);

const header = { "If-Match": `"${cleared.data.version}"` };
const done = await todo.POST("/api/v1/tasks/{task_id}/toggle", { params: { path, header } });
expected.isDone(done.data);
const stale = await todo.POST("/api/v1/tasks/{task_id}/toggle", { params: { path, header } });
expected.isStale(stale.error);

const absent = await todo.GET("/api/v1/tasks/{task_id}", { params: { path: { task_id: expected.nowhere } } });
expected.isAbsent(absent.error);

await todo.DELETE("/api/v1/tasks/{task_id}", { params: { path } });
const gone = await todo.GET("/api/v1/tasks/{task_id}", { params: { path } });
expected.isAbsent(gone.error);
