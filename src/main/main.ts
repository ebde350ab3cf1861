import * as electron from 'electron'
import { hostClock } from '../service/host-clock.ts'
import { endProcess } from './end-process.ts'
import { runApp } from './run-app.ts'

process.on('unhandledRejection', (error) => {
  throw error
})

// Not awaited here: Electron is not ready before its entry has been evaluated.
void runApp(electron, {
  hostUrl: import.meta.url,
  args: process.argv.slice(1),
  platform: process.platform,
  environment: process.env,
  clock: hostClock,
  endProcess
})
