/** `npm run tapedeck -- <command>`: builds when the sources are newer than the build, then runs the command line. */
import { buildIfOld } from './build.ts'

await buildIfOld()
await import(new URL('../out/main/headless.js', import.meta.url).href)
