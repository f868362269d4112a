/// <reference types="vitest/config" />
// How the browser code is built: one entry, islands as lazy chunks, a manifest for django-vite.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'static',
  base: '/static/dist/',
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    // Fonts and workers must stay files: the content security policy allows no data: fonts or blob: workers.
    assetsInlineLimit: 0,
    rollupOptions: { input: 'static/src/main.ts' },
  },
  worker: { format: 'es' },
  server: { origin: 'http://localhost:5173', cors: true },
  test: { root: 'static', include: ['src/**/*.test.ts'], environment: 'node' },
});
