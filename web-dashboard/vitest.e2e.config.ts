import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Figures are measured on a quiet machine, and asserted nowhere.
    include: [process.env.DASHBOARD_FIGURES ? "e2e/**/*.figures.ts" : "e2e/**/*.test.ts"],
    environment: "node",
    // Browsers of several files at once would fight for two cores.
    fileParallelism: false,
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
