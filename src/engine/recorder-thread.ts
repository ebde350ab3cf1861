import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../core/invariant.ts'
import type { RecorderSetup } from './recorder-messages.ts'
import { serveRecorder } from './recorder-service.ts'

invariant(parentPort !== null, 'the recorder runs in a thread of the engine')
serveRecorder(parentPort, workerData as RecorderSetup)
