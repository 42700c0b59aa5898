/** What orval's client is configured by: where, for whom, and what becomes of a problem. */
import type { Problem } from "../generated/orval/todo.js";
import { baseUrl, owner } from "./settings.js";

/** Thrown instead of an answer. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Sends each request of the generated client. */
export async function send<T>(path: string, request: RequestInit): Promise<T> {
  const headers = new Headers(request.headers);
  headers.set("X-User-ID", owner);
  const answer = await fetch(baseUrl + path, { ...request, headers });
  const body = JSON.parse((await answer.text()) || "null");
  if (!answer.ok) throw new Refused(body);
  return body;
}

/** Waits for a request that is to be refused. */
export async function refusal(request: Promise<unknown>): Promise<Problem | undefined> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
  return undefined;
}
