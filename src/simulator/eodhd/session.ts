import type { SimConnection } from '../http/sim-connection.ts'
import type { ConnectionHandler } from '../http/venue-listener.ts'
import { statusFrames } from './frames.ts'
import type { EodhdKeys } from './keys.ts'

/** What a client may ask for. */
type EodhdRequest = {
  readonly action: 'subscribe' | 'unsubscribe'
  readonly symbols: readonly string[]
}

export type EodhdSessionOptions = {
  readonly key: string
  readonly keys: EodhdKeys
  /** From the upgrade to the first frame. */
  readonly authorizeMs: number
  readonly join: (connection: SimConnection, symbol: string) => void
  readonly leave: (connection: SimConnection, symbol: string) => void
}

/**
 * One client of the US trade feed: `authorizing` → `open`, or → `closed` with a bad key or a request
 * that came too early.
 */
export class EodhdSession implements ConnectionHandler {
  readonly #connection: SimConnection
  readonly #options: EodhdSessionOptions
  readonly #symbols = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #state: 'authorizing' | 'open' | 'closed' = 'authorizing'

  constructor(connection: SimConnection, options: EodhdSessionOptions) {
    this.#connection = connection
    this.#options = options
    this.#timer = setTimeout(() => {
      this.#authorize()
    }, options.authorizeMs)
  }

  message(text: string): void {
    if (this.#state === 'closed') return
    if (this.#state === 'authorizing') {
      this.#refuse(statusFrames.serverError)
      return
    }
    const request = readRequest(text)
    if (request === null) this.#connection.send(statusFrames.notText, null)
    else if (request.action === 'subscribe') this.#subscribe(request.symbols)
    else this.#unsubscribe(request.symbols)
  }

  closed(): void {
    clearTimeout(this.#timer)
    this.#unsubscribe([...this.#symbols])
    this.#state = 'closed'
  }

  #authorize(): void {
    if (this.#options.keys.isGood(this.#options.key)) {
      this.#state = 'open'
      this.#connection.send(statusFrames.authorized, null)
    } else this.#refuse(statusFrames.badKey)
  }

  #refuse(frame: string): void {
    clearTimeout(this.#timer)
    this.#state = 'closed'
    this.#connection.send(frame, null)
    this.#connection.close(1000, '')
  }

  /** There is no acknowledgement, and unknown symbols take their place in the budget in silence. */
  #subscribe(symbols: readonly string[]): void {
    const { key, keys, join } = this.#options
    const wanted = new Set(symbols.filter((symbol) => !this.#symbols.has(symbol)))
    if (!keys.take(key, wanted.size)) {
      this.#connection.send(statusFrames.limit, null)
      return
    }
    for (const symbol of wanted) {
      this.#symbols.add(symbol)
      if (keys.maySee(key, symbol)) join(this.#connection, symbol)
    }
  }

  #unsubscribe(symbols: readonly string[]): void {
    const { key, keys, leave } = this.#options
    const gone = symbols.filter((symbol) => this.#symbols.delete(symbol))
    keys.giveBack(key, gone.length)
    for (const symbol of gone) leave(this.#connection, symbol)
  }
}

function readRequest(text: string): EodhdRequest | null {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof request !== 'object' || request === null) return null
  const { action, symbols } = request as Record<string, unknown>
  if (action !== 'subscribe' && action !== 'unsubscribe') return null
  if (typeof symbols !== 'string') return null
  return { action, symbols: symbols.split(',').filter((symbol) => symbol !== '') }
}
