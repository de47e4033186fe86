import { defineConfig } from "vite";

// Chromium 86 is the oldest browser that offices are known to keep.
export default defineConfig({
  base: "/static/bundle/",
  build: {
    outDir: "../src/hetao/web/site/static/bundle",
    emptyOutDir: true,
    target: ["chrome86", "firefox91", "safari14.1"],
    modulePreload: false,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: { map: "src/map.ts", place: "src/place.ts", htmx: "src/htmx.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
        manualChunks: (id) => (id.includes("node_modules/") && !id.includes("htmx") ? "engine" : undefined),
      },
    },
  },
});
