/** An engine like that of `shifted-engine.ts` whose monotonic clock goes by the one on the wall. */
import './shifted-clock.ts'

const startedMs = Date.now()
Object.defineProperty(performance, 'now', { value: () => Date.now() - startedMs })

await import(new URL('../out/main/engine.js', import.meta.url).href)
