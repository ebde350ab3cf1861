import type { FaultBoard } from '../faults/fault-board.ts'
import type { SimVenueId, SimVenueServer } from '../market.ts'
import { FaultProxy } from './fault-proxy.ts'
import { passThrough } from './proxy-behaviour.ts'

/** Where a venue is reached. */
type Addresses = Pick<SimVenueServer, 'wsUrl' | 'restUrl'>

/** A proxy before a venue, and the addresses that lead through it. */
export type VenueProxy = { readonly proxy: FaultProxy; readonly addresses: Addresses }

/** Opens a proxy before a venue; it behaves as the faults of kind `network` say. */
export async function openVenueProxy(
  venue: SimVenueId,
  server: Addresses,
  {
    board,
    port,
    seed
  }: { readonly board: FaultBoard; readonly port: number; readonly seed: number }
): Promise<VenueProxy> {
  const proxy = await FaultProxy.open({
    targetPort: Number(new URL(server.wsUrl).port),
    port,
    seed,
    behaviour: () => board.find('network', venue, null)?.effect.behaviour ?? passThrough
  })
  const through = (url: string) => url.replace(/:\d+/, `:${proxy.port}`)
  return { proxy, addresses: { wsUrl: through(server.wsUrl), restUrl: through(server.restUrl) } }
}
