/**
 * Imported before an engine: moves its wall clock by what `shiftClock` says, whenever it says so. The
 * monotonic clock goes on as it is, as it does when somebody sets a machine's clock.
 */
import { readFileSync } from 'node:fs'
import { shiftFile } from './clock-shift.ts'

const lookMs = 50

const TrueDate = Date
let shiftMs = read()
setInterval(() => {
  shiftMs = read()
}, lookMs).unref()

globalThis.Date = new Proxy(TrueDate, {
  apply: () => new TrueDate(TrueDate.now() + shiftMs).toString(),
  construct: (target, given: ConstructorParameters<DateConstructor>, wanted) =>
    Reflect.construct(
      target,
      (given as readonly unknown[]).length === 0 ? [TrueDate.now() + shiftMs] : given,
      wanted
    ) as Date,
  get: (target, key) =>
    key === 'now' ? () => TrueDate.now() + shiftMs : (Reflect.get(target, key) as unknown)
})

/** 0 while nothing was said. */
function read(): number {
  try {
    return Number(readFileSync(shiftFile(process.pid), 'utf8'))
  } catch {
    return 0
  }
}
