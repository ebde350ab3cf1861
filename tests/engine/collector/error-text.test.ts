import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { errorText } from '../../../src/engine/collector/error-text.ts'

/** Nobody listens there, at either address. */
const closedPort = 1

test('a name whose addresses all refuse tells what the first of them said', async () => {
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
  const socket = connect({
    host: 'venue.test',
    port: closedPort,
    autoSelectFamily: true,
    lookup: (...[, , found]) => found(null, addresses)
  })
  const [error] = (await once(socket, 'error')) as [unknown]
  expect(error).toMatchObject({ message: '', code: 'ECONNREFUSED' })
  expect(errorText(error)).toBe('connect ECONNREFUSED 127.0.0.1:1')
})

test('other errors tell their message, and anything else itself', () => {
  expect(errorText(new Error('no'))).toBe('no')
  expect(errorText(new AggregateError([new Error('a')], 'both'))).toBe('both')
  expect(errorText(new AggregateError([]))).toBe('')
  expect(errorText('plain')).toBe('plain')
})
