import type { InstrumentId } from '../core/market/instrument.ts'
import { startBinanceServer } from './binance/server.ts'
import { startBybitServer } from './bybit/server.ts'
import { startCoinbaseServer } from './coinbase/server.ts'
import { startControlServer } from './control-server.ts'
import { startEodhdServer } from './eodhd/server.ts'
import { FaultBoard } from './faults/fault-board.ts'
import type { FaultTarget } from './faults/fault-kind.ts'
import { FaultedMarket } from './faults/faulted-market.ts'
import { runScenario, type ScenarioStep } from './faults/scenario.ts'
import { Surge } from './faults/surge.ts'
import { FramesVenue } from './frames-venue.ts'
import type {
  SimMarket,
  SimMarketControl,
  SimVenueId,
  SimVenueOptions,
  SimVenueServer
} from './market.ts'
import type { FaultProxy } from './proxy/fault-proxy.ts'
import { openVenueProxy } from './proxy/venue-proxies.ts'
import { SeededMarket } from './seeded-market.ts'
import { listTape } from './tape-listing.ts'
import { TapeMarket, type TapeSpeed } from './tape-market.ts'
import { Truth } from './truth.ts'

/** Every venue that the simulator speaks as. */
export const simVenues: readonly SimVenueId[] = [
  'coinbase',
  'bybit-spot',
  'bybit-linear',
  'eodhd',
  'binance-spot'
]

export type SimulatorOptions = {
  /** The control server's; the venues follow it one by one, then frames, then proxies. 0: any free ports. */
  readonly port?: number
  readonly seed?: number
  /** Multiplies how often the seeded market trades. */
  readonly rate?: number
  /** Of tapes and captured frames. */
  readonly speed?: TapeSpeed
  /** CSV tape that takes the place of the seeded market. */
  readonly tape?: string | null
  /** Capture to serve; without a tape there are no venues beside it. */
  readonly frames?: string | null
  readonly scenario?: readonly ScenarioStep[]
  readonly venues?: readonly SimVenueId[]
  /** Trades that the truth keeps one by one. */
  readonly truthRows?: number
  /** Puts a proxy before each venue, for the faults of networks. */
  readonly proxy?: boolean
  /** Clock of the seeded market, epoch ms. */
  readonly clock?: () => number
  /** EODHD holds some trades back; tapes are played in order unless this says otherwise. */
  readonly lateTrades?: boolean
  /** Told of what goes wrong while running: a tape that breaks off, a step that cannot be done. */
  readonly onProblem?: (message: string) => void
}

/** Where a venue is reached. */
type SimAddress = { readonly wsUrl: string; readonly restUrl: string }

/** The simulator, running. */
export type Simulator = {
  readonly ready: {
    readonly control: string
    /** By venue; `frames` for a capture. */
    readonly venues: Readonly<Record<string, SimAddress>>
  }
  readonly market: SimMarket
  readonly truth: Truth
  readonly faults: FaultTarget
  /** Frees every port; the second call waits for the first. */
  close(): Promise<void>
}

type Source = {
  readonly market: SimMarket
  readonly control: SimMarketControl | null
  readonly tape: TapeMarket | null
  readonly start: () => void
  readonly close: () => Promise<void>
}

/**
 * Starts venues on loopback and a control server beside them.
 *
 * @throws RecordingError or TapeError when the tape cannot be played.
 * @throws the listening error, such as EADDRINUSE.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const cleanup: (() => unknown)[] = []
  const close = async () => {
    for (const step of cleanup.splice(0).reverse()) await step()
  }
  try {
    return await build(options, cleanup, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function build(
  options: SimulatorOptions,
  cleanup: (() => unknown)[],
  close: () => Promise<void>
): Promise<Simulator> {
  const { port = 0, speed = 1, frames = null, scenario = [] } = options
  const onProblem = options.onProblem ?? (() => undefined)
  const source = await openSource(options, onProblem)
  cleanup.push(source.close)
  const { market } = source
  const truth = new Truth(options.truthRows, () => {
    startWhenAllListen(source, truth)
  })
  cleanup.push(market.listen({ trade: (trade) => truth.emitted(trade) }))

  const ports = new PortPlan(port)
  const board = new FaultBoard(() => performance.now())
  if (source.control !== null) {
    const surge = new Surge({ market, control: source.control, board, venues: venuesOf(options) })
    cleanup.push(() => surge.close())
  }
  const venues = new Map<SimVenueId, SimVenueServer>()
  const told = new Map<SimVenueId, FaultedMarket>()
  const proxies = new Map<SimVenueId, FaultProxy>()
  const faults = { market, control: source.control, truth, board, venues, proxies, told }
  const controlPort = ports.next()
  for (const venue of venuesOf(options)) {
    const faulted = new FaultedMarket({ market, venue, board })
    cleanup.push(() => faulted.close())
    told.set(venue, faulted)
    const server = await startVenue(venue, options, {
      market: faulted,
      ledger: market,
      truth,
      faults: board,
      port: ports.next()
    })
    cleanup.push(() => server.close())
    venues.set(venue, server)
  }
  const played =
    frames === null ? null : await FramesVenue.open({ path: frames, speed, port: ports.next() })
  if (played !== null) cleanup.push(() => played.close())

  const isFinished = () => source.tape?.isFinished ?? (played !== null && played.finished > 0)
  const startTape = source.tape === null ? null : source.start
  const control = await startControlServer({ truth, faults, isFinished, startTape }, controlPort)
  cleanup.push(() => control.close())
  cleanup.push(runScenario(scenario, faults, onProblem))
  if (source.tape === null) source.start()

  const addresses: Record<string, SimAddress> = {}
  for (const [venue, server] of venues) {
    addresses[venue] = { wsUrl: server.wsUrl, restUrl: server.restUrl }
    if (options.proxy !== true) continue
    const of = { board, port: ports.next(), seed: options.seed ?? 1 }
    const opened = await openVenueProxy(venue, server, of)
    cleanup.push(() => opened.proxy.close())
    proxies.set(venue, opened.proxy)
    addresses[venue] = opened.addresses
  }
  if (played !== null) addresses['frames'] = { wsUrl: played.wsUrl, restUrl: played.restUrl }
  const ready = { control: control.url, venues: addresses }
  return { ready, market, truth, faults, close }
}

async function openSource(
  options: SimulatorOptions,
  onProblem: (message: string) => void
): Promise<Source> {
  const { tape = null, seed = 1, rate = 1, speed = 1, clock = () => Date.now() } = options
  if (tape !== null) {
    const market = new TapeMarket({ path: tape, listing: await listTape(tape), speed })
    let isStarted = false
    const start = () => {
      if (isStarted) return
      isStarted = true
      market.play().catch((error: unknown) => {
        onProblem(error instanceof Error ? error.message : String(error))
      })
    }
    return { market, control: null, tape: market, start, close: () => market.close() }
  }
  const venues = venuesOf(options)
  const market = new SeededMarket({ venues, seed, rate, clock, startMs: clock() })
  return {
    market,
    control: market,
    tape: null,
    start: () => {
      market.start()
    },
    close: () => {
      market.close()
      return Promise.resolve()
    }
  }
}

function venuesOf({ venues, frames = null, tape = null }: SimulatorOptions): readonly SimVenueId[] {
  if (venues !== undefined) return venues
  return frames !== null && tape === null ? [] : simVenues
}

/** A tape begins when every instrument on it has a listener, so that nothing of it is missed. */
function startWhenAllListen({ tape, start }: Source, truth: Truth): void {
  if (tape === null) return
  const ids: InstrumentId[] = simVenues.flatMap((venue) =>
    tape.instruments(venue).map(({ id }) => id)
  )
  if (ids.every((id) => truth.isSubscribed(id))) start()
}

function startVenue(
  venue: SimVenueId,
  { tape = null, lateTrades = tape === null }: SimulatorOptions,
  options: SimVenueOptions & { readonly ledger: SimMarket }
): Promise<SimVenueServer> {
  switch (venue) {
    case 'coinbase':
      return startCoinbaseServer(options)
    case 'bybit-spot':
      return startBybitServer({ ...options, category: 'spot' })
    case 'bybit-linear':
      return startBybitServer({ ...options, category: 'linear' })
    case 'binance-spot':
      return startBinanceServer(options)
    case 'eodhd': {
      const tuning = lateTrades ? {} : { late: { share: 0, maxMs: 0 } }
      return startEodhdServer({ ...options, tuning })
    }
  }
}

/** One port after the other, or any. */
class PortPlan {
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  next(): number {
    const port = this.#next
    if (port > 0) this.#next += 1
    return port
  }
}
