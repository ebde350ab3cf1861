import { describe, expect, test } from 'vitest'
import type { HostMessage } from '../../src/contracts/engine-protocol.ts'
import type { ServerMessage } from '../../src/contracts/state-stream.ts'
import { DeckDesk, type DeckClient } from '../../src/engine/deck-desk.ts'
import { HostDecks } from '../../src/engine/host-decks.ts'
import { anEngineConfig } from '../support/engine-config.ts'
import { until } from '../support/until.ts'

/** A client, and what became of it. */
class ClientStandIn implements DeckClient {
  readonly heard: unknown[] = []
  reason: string | null = null
  say: (message: unknown) => void = () => undefined
  go: () => void = () => undefined

  send(message: ServerMessage): void {
    this.heard.push(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.say = listener
  }

  onClose(listener: () => void): void {
    this.go = listener
  }

  end(reason: string): void {
    this.reason = reason
  }
}

function aDesk() {
  const thread = new URL('../support/dying-deck-thread.ts', import.meta.url)
  return new DeckDesk({ thread, setup: anEngineConfig(), log: () => undefined })
}

function seated(desk: DeckDesk): ClientStandIn {
  const client = new ClientStandIn()
  desk.attach(client)
  return client
}

describe('DeckDesk', () => {
  test('has four decks at once, and one more when one of them is free', async () => {
    const desk = aDesk()
    const [first, ...others] = [1, 2, 3, 4].map(() => seated(desk))
    const fifth = seated(desk)
    expect(fifth.reason).toBe('4 replays are open already; close one of them')
    first?.go()
    const sixth = seated(desk)
    for (const client of [...others, sixth]) client.say('hello')
    await until(() => sixth.heard.length > 0, 'the deck to answer')
    expect(sixth).toMatchObject({ heard: ['hello'], reason: null })
    await desk.stop()
    expect(sixth.reason).toBe('the engine stops')
  })

  test('says why a deck ended, and goes on with the others', async () => {
    const desk = aDesk()
    const [broken, whole] = [seated(desk), seated(desk)]
    broken.say('die')
    await until(() => broken.reason !== null, 'the loss to be told')
    expect(broken.reason).toBe('the replay failed: it broke')
    whole.say('hello')
    await until(() => whole.heard.length > 0, 'the other deck to answer')
    await desk.stop()
  })

  test('outlives a deck that fills its heap', { timeout: 60_000 }, async () => {
    const desk = aDesk()
    const client = seated(desk)
    client.say('fill')
    await until(() => client.reason !== null, 'the loss to be told', 50_000)
    expect(client.reason).toBe('the replay needed more memory than a replay may have')
    await desk.stop()
  })
})

describe('HostDecks', () => {
  test('keeps the host’s clients apart by their numbers', () => {
    const sent: unknown[] = []
    const clients: ClientStandIn[] = []
    const ended: string[] = []
    const decks = new HostDecks(
      (message) => sent.push(message),
      (client) => {
        const told = new ClientStandIn()
        client.onMessage((message) => told.heard.push(message))
        client.onClose(() => ended.push('gone'))
        told.go = () => client.end('it ended')
        clients.push(told)
      }
    )
    const hear = (deck: number, kind: 'open' | 'close') =>
      decks.hear({ channel: 'deck', deck, kind })
    const say = (deck: number): HostMessage & { channel: 'deck' } => ({
      channel: 'deck',
      deck,
      kind: 'message',
      message: deck
    })
    hear(1, 'open')
    hear(2, 'open')
    decks.hear(say(2))
    decks.hear(say(3))
    expect(clients.map(({ heard }) => heard)).toEqual([[], [2]])
    hear(1, 'close')
    hear(1, 'close')
    expect(ended).toEqual(['gone'])
    clients[1]?.go()
    clients[1]?.go()
    decks.hear(say(2))
    expect(sent).toEqual([{ channel: 'deck', deck: 2, kind: 'closed', reason: 'it ended' }])
  })
})
