import { expect, test } from 'vitest'
import { LogEvents } from '../../faults/log-events.ts'

test('LogEvents counts lines by event, and by code where they have one', () => {
  const events = new LogEvents()
  events.note({ event: 'trouble-began', fields: { code: 'memory-growth' } })
  events.note({ event: 'trouble-began', fields: { code: 'store-lag' } })
  events.note({ event: 'store-works-again', fields: {} })
  events.note({ event: 'store-works-again', fields: { code: 7 } })
  expect(events.of('trouble-began memory-growth')).toBe(1)
  expect(events.of('store-works-again')).toBe(2)
  expect(events.of('trouble-began')).toBe(0)
})
