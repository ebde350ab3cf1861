/** `npm run tapedeck -- <command>`: builds when nothing is built yet, then runs the command line. */
import { existsSync } from 'node:fs'
import { build } from './build.ts'

if (!existsSync(new URL('../out/main/headless.js', import.meta.url))) await build()
await import(new URL('../out/main/headless.js', import.meta.url).href)
