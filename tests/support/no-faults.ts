import type { SimFaults } from '../../src/simulator/market.ts'

/** Lets every frame through. */
export const noFaults: SimFaults = { onSend: () => 'send' }
