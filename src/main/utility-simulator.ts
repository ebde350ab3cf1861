import { readyLine, type SimulatorProcess } from '../service/simulator-process.ts'
import { UtilityChild, type UtilityHost } from './utility-child.ts'

/** Time from being asked to end until it is ended. */
const stopMs = 1_000

/**
 * Starts the simulator as a utility process: Electron's own binary runs no plain scripts.
 *
 * @throws Error when it ends first or does not become ready in time.
 */
export async function startUtilitySimulator(
  host: UtilityHost,
  entry: string
): Promise<SimulatorProcess> {
  const child = new UtilityChild(host, {
    entry,
    name: 'Tapedeck simulator',
    args: ['--port', '0'],
    stdout: 'pipe'
  })
  const ready = await readyLine({
    stdout: child.stdout,
    onExit: (listener) => child.onEnd(({ code, signal }) => listener(signal ?? code)),
    kill: () => child.kill()
  })
  return { ready, stop: () => stop(host, child) }
}

function stop(host: UtilityHost, child: UtilityChild): Promise<void> {
  if (child.hasEnded) return Promise.resolve()
  return new Promise((resolve) => {
    const cancel = host.after(stopMs, () => child.kill())
    child.onEnd(() => {
      cancel()
      resolve()
    })
    child.terminate()
  })
}
