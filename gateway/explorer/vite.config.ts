import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// Where the development server finds the API.
const api = process.env.EXPLORER_API ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte()],
  // The gateway allows styles and scripts from files only, so nothing is inlined.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/api': api, '/docs': api } },
  test: { include: ['src/**/*.test.ts'] },
})
