import type { SimFaults } from '../../src/simulator/market.ts'

/** Lets every frame, connection and request through. */
export const noFaults: SimFaults = {
  onSend: () => 'send',
  onConnect: () => 'admit',
  onRequest: () => null,
  lifetime: () => null
}
