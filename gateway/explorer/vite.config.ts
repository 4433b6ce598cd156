import { svelte } from '@sveltejs/vite-plugin-svelte'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { defineConfig } from 'vitest/config'

// Where the development server finds the API.
const api = process.env.EXPLORER_API ?? 'http://127.0.0.1:8080'

// What does not change is compressed once, and smaller than on the way: the
// gateway gives the file beside the one that is asked for.
const compressed = {
  name: 'compressed',
  apply: 'build' as const,
  writeBundle({ dir = '' }: { dir?: string }) {
    const assets = join(dir, 'assets')
    for (const file of readdirSync(assets)) if (/\.(js|css)$/.test(file)) writeFileSync(join(assets, file + '.br'), brotliCompressSync(readFileSync(join(assets, file))))
  },
}

export default defineConfig({
  plugins: [svelte(), compressed],
  // The gateway allows styles and scripts from files only, so nothing is inlined.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/api': api, '/docs': api } },
  test: { include: ['src/**/*.test.ts'] },
})
