import type { InstrumentId } from '../../core/market/instrument.ts'
import { rejected } from '../venue.ts'
import type { ParsedFrame } from '../venue.ts'
import type {
  CoinbaseChannel,
  CoinbaseErrorFrame,
  CoinbaseProductStatus,
  CoinbaseStatusFrame,
  CoinbaseSubscriptionsFrame,
  Unchecked
} from './wire.ts'

type Refused = Extract<ParsedFrame, { kind: 'refused' }>

/** Reads the cumulative list: what we count as subscribed is what stands in the `matches` channel. */
export function parseAcknowledgement(
  frame: Unchecked<CoinbaseSubscriptionsFrame>,
  products: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  const { channels } = frame
  if (!Array.isArray(channels)) return rejected('channels', 'an array', channels)
  const subscribed = new Set<InstrumentId>()
  for (const [index, channel] of channels.entries()) {
    if (!isChannel(channel))
      return rejected(`channels[${index}]`, 'a name and product_ids', channel)
    if (channel.name !== 'matches') continue
    for (const product of channel.product_ids) {
      const instrument = products.get(product)
      if (instrument !== undefined) subscribed.add(instrument)
    }
  }
  return { kind: 'acknowledged', requestId: null, subscribed: [...subscribed] }
}

/** Reads an error: the whole message it answers was ignored. */
export function parseRefusal(
  frame: Unchecked<CoinbaseErrorFrame>,
  products: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  const { message, reason = '' } = frame
  if (typeof message !== 'string') return rejected('message', 'text', message)
  if (typeof reason !== 'string') return rejected('reason', 'text', reason)
  const text = reason === '' ? message : `${message}: ${reason}`
  if (/maintenance/i.test(text)) return maintenance(text)
  const product = /^(\S+) is not a valid product/.exec(reason)?.[1]
  const instrument = product === undefined ? undefined : products.get(product)
  return {
    kind: 'refused',
    requestId: null,
    scope: /ErrSlow/.test(text) ? 'connection' : 'request',
    code: codeOf(text),
    instruments: instrument === undefined ? [] : [instrument],
    reason: text.slice(0, 200)
  }
}

/**
 * Reads the status of all products: where none of ours is online any more, the venue is in maintenance.
 * One alone is halted, or delisted, which the list of products tells.
 */
export function parseStatus(
  frame: Unchecked<CoinbaseStatusFrame>,
  products: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  const { products: told } = frame
  if (!Array.isArray(told)) return rejected('products', 'an array', told)
  const ours = told.filter(isProductStatus).filter(({ id }) => products.has(id))
  const isAway = ours.length > 1 && ours.every(({ status }) => status !== 'online')
  return isAway
    ? maintenance(`no product is online: ${ours[0]?.status ?? ''}`)
    : { kind: 'ignored', type: 'status' }
}

function maintenance(message: string): ParsedFrame {
  return { kind: 'notice', code: 'maintenance', message: message.slice(0, 200) }
}

function isProductStatus(value: unknown): value is CoinbaseProductStatus {
  if (typeof value !== 'object' || value === null) return false
  const { id, status }: Unchecked<CoinbaseProductStatus> = value
  return typeof id === 'string' && typeof status === 'string'
}

function codeOf(text: string): Refused['code'] {
  if (/not a valid product|Invalid product/i.test(text)) return 'unknown-instrument'
  if (/authenticat/i.test(text)) return 'authentication'
  if (/too big|too many|rate limit|ErrSlow/i.test(text)) return 'limit'
  return 'other'
}

function isChannel(value: unknown): value is CoinbaseChannel {
  if (typeof value !== 'object' || value === null) return false
  const { name, product_ids: products }: Unchecked<CoinbaseChannel> = value
  return typeof name === 'string' && Array.isArray(products)
}
