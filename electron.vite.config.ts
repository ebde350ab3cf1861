import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const source = (path: string) => resolve(import.meta.dirname, 'src', path)

/** Every process and thread has an entry of its own, next to the others: they start each other by path. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          main: source('main/main.ts'),
          headless: source('headless/main.ts'),
          engine: source('engine/index.ts'),
          'writer-thread': source('engine/writer-thread.ts'),
          'reader-thread': source('engine/reader-thread.ts'),
          'backup-data': source('engine/backup-data.ts'),
          'recorder-thread': source('engine/recorder-thread.ts'),
          'deck-thread': source('engine/deck-thread.ts'),
          'export-data': source('engine/export-data.ts'),
          'import-data': source('engine/import-data.ts'),
          'replay-frames': source('engine/replay-frames.ts'),
          'replay-stored': source('engine/replay-stored.ts'),
          simulator: source('simulator/index.ts')
        },
        external: ['protobufjs', /^protobufjs\//],
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' }
      }
    }
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: source('preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer: {
    root: source('renderer'),
    base: './',
    plugins: [react()],
    build: {
      outDir: resolve(import.meta.dirname, 'out/renderer'),
      emptyOutDir: true,
      minify: true,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 700,
      rolldownOptions: { input: source('renderer/index.html') }
    }
  }
})
