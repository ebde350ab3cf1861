import { readArguments, type VerifyArguments } from './arguments.ts'
import { loadScenario, ScenarioError } from './faults/scenario.ts'
import { startSimulator, type Simulator } from './simulator.ts'
import { TapeError } from './tape-listing.ts'
import { RecordingError } from '../recordings/recording-error.ts'

const stopMs = 800

function complain(message: string): void {
  process.stderr.write(`simulator: ${message}\n`)
}

async function start(): Promise<Simulator | number> {
  const args = readArguments(process.argv.slice(2))
  if (typeof args === 'string') {
    complain(args)
    return 2
  }
  if (args.kind === 'verify') return verifyDatabase(args)
  try {
    const scenario = args.scenario === null ? [] : await loadScenario(args.scenario)
    return await startSimulator({ ...args, scenario, onProblem: complain })
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
    const isArgument =
      error instanceof RecordingError ||
      error instanceof TapeError ||
      error instanceof ScenarioError
    return isArgument ? 2 : 1
  }
}

/** Prints one line of figures. @returns Exit code: 1 when something is lost, twice there or made up. */
async function verifyDatabase(args: VerifyArguments): Promise<number> {
  // SQLite is loaded for this alone: not every runtime that the simulator runs on has it.
  const { verify } = await import('./verify/verify.ts')
  try {
    const verdict = await verify(args)
    process.stdout.write(`${JSON.stringify(verdict)}\n`)
    return verdict.clean ? 0 : 1
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
    return error instanceof Error && error.name === 'StoredTapeError' ? 2 : 1
  }
}

/** Ends the process within a second of being told to, whatever hangs. */
function stopWhenTold(simulator: Simulator): void {
  const stop = () => {
    setTimeout(() => process.exit(1), stopMs).unref()
    void simulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        complain(error instanceof Error ? error.message : String(error))
        process.exit(1)
      }
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.once('disconnect', stop)
}

const started = await start()
if (typeof started === 'number') process.exitCode = started
else {
  stopWhenTold(started)
  process.stdout.write(`${JSON.stringify(started.ready)}\n`)
}
