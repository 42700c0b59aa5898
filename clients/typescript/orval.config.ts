import { defineConfig } from "orval";

export default defineConfig({
  todo: {
    input: "../../openapi.json",
    output: {
      target: "generated/orval/todo.ts",
      client: "fetch",
      headers: true,
      override: {
        fetch: { includeHttpResponseReturnType: false },
        mutator: { path: "scenarios/orval-fetch.ts", name: "send", extension: ".js" },
      },
    },
  },
});
