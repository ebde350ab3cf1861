import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../core/invariant.ts'
import { serveDeck, type DeckSetup } from './deck-service.ts'

invariant(parentPort !== null, 'a deck runs in a thread of the engine')
serveDeck(parentPort, workerData as DeckSetup)
