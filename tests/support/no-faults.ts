import type { SimFaults } from '../../src/simulator/market.ts'

/** Lets every frame, connection and request through. */
export const noFaults: SimFaults = {
  onSend: () => 'send',
  onFrame: (...[, , frame]) => frame,
  onMessage: () => 'hear',
  onConnect: () => 'admit',
  onRequest: () => null,
  answerDelayMs: () => 0,
  lifetime: () => null,
  isPortClosed: () => false
}
