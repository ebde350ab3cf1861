import {
  candleShape,
  connectionShape,
  listShape,
  priceShape,
  type CandleShape,
  type PriceShape
} from '../../../src/contracts/shapes.ts'
import type { HostProcess } from './host-process.ts'

/** Reads candles as any program would, oldest first. */
export async function fetchCandles(
  host: HostProcess,
  query: {
    readonly instrument: string
    readonly interval: string
    readonly limit: number
  }
): Promise<readonly CandleShape[]> {
  const { instrument, interval, limit } = query
  const search = new URLSearchParams({ instrument, interval, limit: String(limit) })
  const response = await fetch(`${host.url}candles?${search}`)
  return listShape(candleShape).parse(await response.json()).items
}

/** Connections that are live; 0 while the engine has not said. */
export async function countLiveConnections(host: HostProcess): Promise<number> {
  const response = await fetch(`${host.url}connections`)
  const { items } = listShape(connectionShape).parse(await response.json())
  return items.filter(({ state }) => state === 'live').length
}

export async function fetchPrice(host: HostProcess, instrument: string): Promise<PriceShape> {
  const response = await fetch(`${host.url}price/${instrument}`)
  return priceShape.parse(await response.json())
}

/** Lets the simulator misbehave. @throws Error when it refuses the command. */
export async function postFault(
  host: HostProcess,
  command: Readonly<Record<string, unknown>>
): Promise<void> {
  const response = await fetch(`${host.simulator.control}/faults`, {
    method: 'POST',
    body: JSON.stringify(command)
  })
  if (!response.ok) throw new Error(`the simulator refused the fault: ${await response.text()}`)
}
