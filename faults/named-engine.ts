/** An engine whose names are told, see `told-names.ts`: the built one, to be forked in its place. */
import './told-lookup.ts'

await import(new URL('../out/main/engine.js', import.meta.url).href)
