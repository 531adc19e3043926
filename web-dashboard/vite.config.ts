import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Puts `FILE.br` beside every file that gets smaller by it: the server sends these as they are. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      const dist = join(import.meta.dirname, "dist");
      for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
        const path = join(dist, name);
        if (!statSync(path).isFile() || name.endsWith(".br")) continue;
        const plain = readFileSync(path);
        const small = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
        if (small.length < plain.length * 0.95) writeFileSync(`${path}.br`, small);
      }
    },
  };
}

const server = process.env.DEVMENTOR_URL ?? "http://127.0.0.1:7340";

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { alias: { "@": join(import.meta.dirname, "src") } },
  // Inlined files would need a wider Content-Security-Policy.
  build: { assetsInlineLimit: 0, target: "es2023", modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/ws", "/health", "/device"].map((path) => [
        path,
        { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
      ]),
    ),
  },
});
