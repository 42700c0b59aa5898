/** Where the server is, and who asks. */
import { randomUUID } from "node:crypto";

export const baseUrl = process.env["TODO_URL"] ?? "http://127.0.0.1:8000";

/** Somebody new, who has no task yet: an owner, or the credentials that the owner provider reads. */
export const owner = process.env["TODO_OWNER"] ?? randomUUID();
