/** A storage thread that opens and ends at the first message, each time. */
import { parentPort } from 'node:worker_threads'

parentPort?.postMessage({ kind: 'opened' })
parentPort?.on('message', () => process.exit(1))
