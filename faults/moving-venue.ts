import { FaultProxy } from '../src/simulator/proxy/fault-proxy.ts'
import { passThrough, type ProxyBehaviour } from '../src/simulator/proxy/proxy-behaviour.ts'

/** Where a venue is found once it has moved. */
export const newAddress = '127.0.0.2'

/** Two addresses of loopback under which one venue is reached, of which one goes. */
export class MovingVenue {
  readonly #old: FaultProxy
  readonly #new: FaultProxy
  readonly #isGone: { old: boolean }

  private constructor(old: FaultProxy, to: FaultProxy, isGone: { old: boolean }) {
    this.#old = old
    this.#new = to
    this.#isGone = isGone
  }

  /** @param targetPort Where the venue itself listens. */
  static async open(targetPort: number): Promise<MovingVenue> {
    const isGone = { old: false }
    const closed: ProxyBehaviour = { ...passThrough, admit: 'port' }
    const behaviour = () => (isGone.old ? closed : passThrough)
    const old = await FaultProxy.open({ targetPort, behaviour })
    const at = { targetPort, host: newAddress, port: old.port }
    const to = await FaultProxy.open({ ...at, behaviour: () => passThrough })
    return new MovingVenue(old, to, isGone)
  }

  /** The same at both addresses. */
  get port(): number {
    return this.#old.port
  }

  /** Connections that came to the new address. */
  get accepted(): number {
    return this.#new.accepted
  }

  /** Nobody answers at the old address any more. */
  leave(): void {
    this.#isGone.old = true
    this.#old.cut('reset')
  }

  async close(): Promise<void> {
    await this.#old.close()
    await this.#new.close()
  }
}
