/** An engine whose wall clock can be moved, see `clock-shift.ts`: the built one, to be forked in its place. */
import './shifted-clock.ts'

await import(new URL('../out/main/engine.js', import.meta.url).href)
