import { onTestFinished } from 'vitest'
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions
} from '../../src/simulator/simulator.ts'
import { FrameClient } from './frame-client.ts'

/** A simulator on free ports that ends with the running test. */
export async function runningSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options)
  onTestFinished(() => simulator.close())
  return simulator
}

/** A client that ends with the running test. */
export async function connected(url: string | undefined): Promise<FrameClient> {
  if (url === undefined) throw new Error('the simulator has no such venue')
  const client = await FrameClient.open(url)
  onTestFinished(() => client.close())
  return client
}
