import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Gate } from './gate.ts'
import { HostProcess } from './host-process.ts'

/** A desk of its own on the demonstration's simulator, over a way that can be barred. */
export type GatedDesk = { readonly host: HostProcess; readonly gate: Gate }

/** Starts a host that collects two symbols over two connections through a gate. */
export async function openGatedDesk(
  demo: HostProcess,
  startHost: (args: readonly string[], folder: string) => Promise<HostProcess>
): Promise<GatedDesk> {
  const venue = demo.simulator.venues['coinbase']
  if (venue === undefined) throw new Error('the simulator has no coinbase')
  const gate = await Gate.open(Number(new URL(venue.wsUrl).port))
  const folder = await HostProcess.makeFolder()
  await writeFile(
    join(folder, 'settings.toml'),
    `intervals = ["1m"]
[run]
mode = "simulated"
[venues.coinbase]
instruments = ["BTC-USD", "ETH-USD"]
per_connection = 1
ws_url = "ws://127.0.0.1:${gate.port}"
rest_url = "${venue.restUrl}"
`
  )
  return { host: await startHost([], folder), gate }
}
