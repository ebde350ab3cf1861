import type { SimInstrument, SimMarket } from '../market.ts'

const productChannels = ['heartbeat', 'ticker', 'ticker_batch', 'matches', 'level2_batch'] as const
export type ProductChannel = (typeof productChannels)[number]
export type CoinbaseChannel = ProductChannel | 'status'

/** One channel with the products asked for; none means all of it when unsubscribing. */
export type ChannelRequest = {
  readonly channel: CoinbaseChannel
  readonly instruments: readonly SimInstrument[]
}

export type CoinbaseRequest =
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly channels: readonly ChannelRequest[] }
  | { readonly kind: 'refused'; readonly message: string; readonly reason?: string }

const needAuthentication = ['level2', 'level3', 'full', 'user']
const authenticationReason =
  'level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth'

type Kind = 'subscribe' | 'unsubscribe'

/** The whole message fails with the first thing wrong in it. */
class Refused extends Error {}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

function textList(value: unknown): string[] | null {
  return Array.isArray(value) ? value.map(String) : null
}

function readChannel(name: unknown): CoinbaseChannel {
  const text = typeof name === 'string' ? name : ''
  if (needAuthentication.includes(text)) throw new Refused(authenticationReason)
  if (text === 'status') return text
  const channel = productChannels.find((candidate) => candidate === text)
  if (channel === undefined) throw new Refused(`${text} is not a valid channel`)
  return channel
}

function readProducts(ids: readonly string[], market: SimMarket): SimInstrument[] {
  return ids.map((id) => {
    const instrument = market.find('coinbase', id)
    if (!instrument?.trading) throw new Refused(`${id} is not a valid product`)
    return instrument
  })
}

/** What a subscription without any product is told, like one with an empty id. */
const noProduct = ' is not a valid product'

function readChannels(kind: Kind, wire: unknown, market: SimMarket): ChannelRequest[] {
  const entries: unknown = field(wire, 'channels')
  if (!Array.isArray(entries) || entries.length === 0) throw new Refused('No channels provided')
  const shared = textList(field(wire, 'product_ids'))
  return entries.map((entry: unknown) => {
    const channel = readChannel(typeof entry === 'string' ? entry : field(entry, 'name'))
    const own = typeof entry === 'string' ? null : textList(field(entry, 'product_ids'))
    if (channel === 'status') return { channel, instruments: [] }
    const ids = own ?? shared ?? []
    if (kind === 'subscribe' && ids.length === 0) throw new Refused(noProduct)
    return { channel, instruments: readProducts(ids, market) }
  })
}

/**
 * Reads one client message. Anything wrong in it refuses all of it, valid products included.
 *
 * The wording for unknown channels, types and broken JSON is ours: no source quotes it.
 */
export function readRequest(text: string, market: SimMarket): CoinbaseRequest {
  let wire: unknown
  try {
    wire = JSON.parse(text)
  } catch {
    return { kind: 'refused', message: 'Malformed JSON' }
  }
  const kind = field(wire, 'type')
  if (kind !== 'subscribe' && kind !== 'unsubscribe') {
    return { kind: 'refused', message: 'Type has to be either subscribe or unsubscribe' }
  }
  try {
    return { kind, channels: readChannels(kind, wire, market) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { kind: 'refused', message: `Failed to ${kind}`, reason: error.message }
  }
}
