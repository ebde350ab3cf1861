import { getEnvironmentData, parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../core/invariant.ts'
import { startWatchdog, watchdogKey, type WatchdogSetup } from './health/watchdog.ts'
import type { WriterSetup } from './storage/writer-messages.ts'
import { serveWriter } from './storage/writer-service.ts'

invariant(parentPort !== null, 'the writer runs in a thread of the engine')
serveWriter(parentPort, workerData as WriterSetup)

// Replays and tests have a writer too, and nobody to tell.
const watchdog = getEnvironmentData(watchdogKey) as unknown as WatchdogSetup | undefined
if (watchdog !== undefined) startWatchdog(watchdog)
