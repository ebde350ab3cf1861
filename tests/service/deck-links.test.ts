import { describe, expect, test } from 'vitest'
import type { HostMessage } from '../../src/contracts/engine-protocol.ts'
import type { ServerMessage } from '../../src/contracts/state-stream.ts'
import { DeckLinks } from '../../src/service/deck-links.ts'

const reply: ServerMessage = { kind: 'reply', requestId: 1, result: null, error: null }

/** One client's link, and what it was sent. */
function aLink() {
  const seen = { sent: [] as ServerMessage[], isClosed: false }
  let hear: (message: unknown) => void = () => undefined
  let gone: () => void = () => undefined
  return {
    seen,
    say: (message: unknown) => hear(message),
    go: () => gone(),
    link: {
      send: (message: ServerMessage) => void seen.sent.push(message),
      onMessage: (listener: (message: unknown) => void) => {
        hear = listener
      },
      onClose: (listener: () => void) => {
        gone = listener
      },
      close: () => {
        seen.isClosed = true
        gone()
      }
    }
  }
}

function connected() {
  const links = new DeckLinks()
  const heard: HostMessage[] = []
  links.connect({ send: (message) => void heard.push(message) })
  return { links, heard }
}

const refusal = (message: string) => ({
  kind: 'refused',
  error: { code: 'deck-ended', message }
})

describe('DeckLinks', () => {
  test('passes on what a client and its deck say to each other, as it is', () => {
    const { links, heard } = connected()
    const [first, second] = [aLink(), aLink()]
    links.attach(first.link)
    links.attach(second.link)
    second.say({ anything: 1 })
    expect(heard).toEqual([
      { channel: 'deck', deck: 1, kind: 'open' },
      { channel: 'deck', deck: 2, kind: 'open' },
      { channel: 'deck', deck: 2, kind: 'message', message: { anything: 1 } }
    ])
    links.receive({ channel: 'deck', deck: 1, kind: 'message', message: reply })
    expect([first.seen.sent, second.seen.sent]).toEqual([[reply], []])
  })

  test('tells the engine once that a client went, and passes nothing on to it any more', () => {
    const { links, heard } = connected()
    const client = aLink()
    links.attach(client.link)
    client.go()
    client.say('late')
    links.receive({ channel: 'deck', deck: 1, kind: 'message', message: reply })
    expect(heard.slice(1)).toEqual([{ channel: 'deck', deck: 1, kind: 'close' }])
    expect(client.seen.sent).toEqual([])
  })

  test('lets a client go with the reason why its deck ended', () => {
    const { links, heard } = connected()
    const client = aLink()
    links.attach(client.link)
    links.receive({ channel: 'deck', deck: 1, kind: 'closed', reason: 'it ended' })
    expect(client.seen).toEqual({ sent: [refusal('it ended')], isClosed: true })
    expect(heard).toHaveLength(1)
  })

  test('lets all clients go when the engine ends, and has none before the next one', () => {
    const { links } = connected()
    const [before, between, after] = [aLink(), aLink(), aLink()]
    links.attach(before.link)
    links.disconnect()
    links.attach(between.link)
    for (const { seen } of [before, between])
      expect(seen).toEqual({ sent: [refusal('the engine is not running')], isClosed: true })
    const heard: HostMessage[] = []
    links.connect({ send: (message) => void heard.push(message) })
    links.attach(after.link)
    expect(heard).toHaveLength(1)
    links.close()
    expect(after.seen.isClosed).toBe(true)
  })
})
