import { describe, expect, test } from 'vitest'
import { patienceMs, worstNotice, type NoticeSource } from '../../../src/renderer/frame/notice.ts'
import { aConnectionRow, aHealthRow } from '../../support/rows.ts'

const nowMs = 1_790_000_100_000

function source(fields: Partial<NoticeSource> = {}): NoticeSource {
  return {
    link: { kind: 'live' },
    lastFrameMs: nowMs,
    connections: [aConnectionRow()],
    health: aHealthRow(),
    nowMs,
    wallMs: nowMs,
    ...fields
  }
}

const retrying = (id: string, sinceMs: number) =>
  aConnectionRow({
    id,
    state: 'waiting',
    reason: 'backoff',
    attempt: 3,
    sinceMs,
    nextAttemptMs: nowMs + 8_000
  })

describe('worstNotice', () => {
  test('says nothing while nothing needs a person', () => {
    expect(worstNotice(source())).toBeNull()
    expect(
      worstNotice(source({ link: { kind: 'connecting', attempt: 0 }, lastFrameMs: null }))
    ).toBeNull()
  })

  test('says that nothing is live once the link is lost, and how old the figures are', () => {
    const link = { kind: 'lost', attempt: 2, nextAttemptMs: nowMs + 2_000 } as const
    const notice = worstNotice(source({ link, lastFrameMs: nowMs - 7_000 }))
    expect(notice).toMatchObject({ grade: 'alarm', retry: 'link' })
    expect(notice?.text).toContain('Figures are 7 s old.')
  })

  test('is patient with a connection that has only just gone', () => {
    expect(
      worstNotice(source({ connections: [retrying('cb-01', nowMs - patienceMs + 1)] }))
    ).toBeNull()
  })

  test('counts the connections of the venue that are down', () => {
    const connections = [retrying('cb-07', nowMs - 42_000), aConnectionRow({ id: 'cb-08' })]
    expect(worstNotice(source({ connections }))).toEqual({
      grade: 'warning',
      text: 'coinbase: 1 of 2 connections down for 42 s. Retrying in 8 s.',
      retry: ['cb-07'],
      connection: 'cb-07'
    })
  })

  test('counts an outage from its beginning, whatever try it is at', () => {
    const connecting = aConnectionRow({
      id: 'cb-07',
      state: 'connecting',
      attempt: 4,
      sinceMs: nowMs - 300,
      downSinceMs: nowMs - 42_000
    })
    expect(worstNotice(source({ connections: [connecting] }))?.text).toBe(
      'coinbase: 1 of 1 connections down for 42 s.'
    )
  })

  test('says so when the engine behind the host is gone', () => {
    const connections = [aConnectionRow({ state: 'closed', reason: 'engine not running' })]
    const notice = worstNotice(source({ connections, health: aHealthRow({ status: 'down' }) }))
    expect(notice).toMatchObject({ grade: 'alarm', retry: null })
    expect(notice?.text).toContain('Nothing shown here is live: engine not running.')
    expect(worstNotice(source({ connections }))).toBeNull()
  })

  test('says why the engine ended and when it is started again, where its host told', () => {
    const connections = [aConnectionRow({ state: 'closed', reason: 'engine not running' })]
    const told = (problem: string) =>
      worstNotice(
        source({ connections, health: aHealthRow({ status: 'down', problems: [problem] }) })
      )?.text
    expect(told('Engine not running')).toBe(
      'Nothing shown here is live: engine not running. It is started again by itself.'
    )
    expect(told('The engine ended (out of memory); starting again in 2 s')).toBe(
      'Nothing shown here is live: engine not running. The engine ended (out of memory); starting again in 2 s.'
    )
  })

  test('says when a venue that is down is asked next', () => {
    const row = { ...retrying('cb-07', nowMs - 42_000), reason: 'breaker' }
    expect(worstNotice(source({ connections: [row] }))?.text).toBe(
      'coinbase: 1 of 1 connections down for 42 s. Next probe in 8 s.'
    )
  })

  test('puts a connection that needs a person before those that help themselves', () => {
    const failed = aConnectionRow({ id: 'eod-1', state: 'failed', reason: 'bad key' })
    const notice = worstNotice(source({ connections: [retrying('cb-07', 0), failed] }))
    expect(notice).toMatchObject({ connection: 'eod-1', retry: null })
    expect(notice?.text).toContain('bad key')
  })

  test('leaves a closed market alone', () => {
    const closed = aConnectionRow({ state: 'waiting', reason: 'market', sinceMs: 0 })
    expect(worstNotice(source({ connections: [closed] }))).toBeNull()
  })
})
