/** The scenario, with the client that orval generates; its configuration is in orval-fetch.ts. */
import * as expected from "./expected.js";
import { refusal } from "./orval-fetch.js";
import { createTask, deleteTask, getTask, listTasks, toggleTask, updateTask } from "../generated/orval/todo.js";

const created = [];
for (const title of ["Buy milk", "Water plants", "Call Anna"]) {
  created.push(await createTask({ title, description: "Today" }));
}

const pages = [];
const query: { limit: number; cursor?: string } = { limit: 2 };
for (;;) {
  const page = await listTasks(query);
  pages.push(page.items);
  if (page.next_cursor === null) break;
  query.cursor = page.next_cursor;
}

const [task] = created;
expected.isNew(task);
expected.areAll(pages, created);

const cleared = await updateTask(task.id, { description: null });
expected.isCleared(cleared);

const headers = { "If-Match": `"${cleared.version}"` };
const done = await toggleTask(task.id, headers);
expected.isDone(done);
expected.isStale(await refusal(toggleTask(task.id, headers)));

expected.isAbsent(await refusal(getTask(expected.nowhere)));

await deleteTask(task.id);
expected.isAbsent(await refusal(getTask(task.id)));
