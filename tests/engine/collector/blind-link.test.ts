import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import { someToys } from '../../support/toy-venue.ts'

function aSilencedLink(isBlind: boolean): ConnectionRig {
  const rig = new ConnectionRig({ instruments: someToys(2), isBlind })
  rig.connection.start()
  rig.comeUp()
  rig.trade(60_000)
  rig.pass(600_000)
  return rig
}

describe('LinkVigil with its detectors off', () => {
  test('lets a silent link stand for ten minutes; otherwise it is gone', () => {
    expect(aSilencedLink(true).state).toBe('live')
    expect(aSilencedLink(true).sockets.all).toHaveLength(1)
    expect(aSilencedLink(false).sockets.all.length).toBeGreaterThan(1)
  })
})
