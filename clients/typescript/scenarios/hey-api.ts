/** The scenario, with the client that @hey-api/openapi-ts generates. */
import * as expected from "./expected.js";
import { baseUrl, owner } from "./settings.js";
import { client } from "../generated/hey-api/client.gen.js";
import { createTask, deleteTask, getTask, listTasks, toggleTask, updateTask } from "../generated/hey-api/index.js";

client.setConfig({ baseUrl, auth: owner });

const created = [];
for (const title of ["Buy milk", "Water plants", "Call Anna"]) {
  const { data: task, error } = await createTask({ body: { title, description: "Today" } });
  if (error) throw new Error(error.detail);
  created.push(task);
}

const pages = [];
const query: { limit: number; cursor?: string } = { limit: 2 };
for (;;) {
  const { data: page, error } = await listTasks({ query });
  if (error) throw new Error(error.detail);
  pages.push(page.items);
  if (page.next_cursor === null) break;
  query.cursor = page.next_cursor;
}

const [task] = created;
expected.isNew(task);
expected.areAll(pages, created);

const path = { task_id: task.id };
const cleared = await updateTask({ path, body: { description: null } });
expected.isCleared(cleared.data);

const headers = { "If-Match": `"${cleared.data.version}"` };
const done = await toggleTask({ path, headers });
expected.isDone(done.data);
const stale = await toggleTask({ path, headers });
expected.isStale(stale.error);

const absent = await getTask({ path: { task_id: expected.nowhere } });
expected.isAbsent(absent.error);

await deleteTask({ path });
const gone = await getTask({ path });
expected.isAbsent(gone.error);
