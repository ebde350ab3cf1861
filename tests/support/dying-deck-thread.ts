/** A deck that answers each message with it, and ends at the word `die`, without memory at `fill`. */
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', (message: unknown) => {
  if (message === 'die') throw new Error('it broke')
  if (message === 'fill') fill()
  parentPort?.postMessage(message)
})

function fill(): never {
  const held: unknown[] = []
  for (;;) held.push(Array.from({ length: 1_000 }, () => ({ held: held.length })))
}
