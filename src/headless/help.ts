/** What `tapedeck --help` prints. docs/settings.md explains each option. */
export const helpText = `Usage: tapedeck COMMAND [options]

serve      collect market data and serve the dashboard and the HTTP API
  --port P              0 to 65535, default 5001; 0: any free port
  --host 127.0.0.1      the only one served in this version
  --data-dir DIR        where data is kept; default: the platform's place for it
  --settings FILE       default: settings.toml in the data folder
  --demo                the simulated market; not together with --settings
  --skip-market-hours   connect at any hour
  --record-frames       keep every frame as it came, in frames/ of the data folder
  --no-browser          do not open the page
  --log-level LEVEL     debug, info (default), warn or error

replay     play a stored stretch as JSON lines, or captured frames
  --from T              epoch ms or 2026-11-22T14:30:00Z; default: the first that is stored
  --to T                the same, not included; default: the last that is stored
  --instruments a,b     ids or symbols; default: all that are stored
  --intervals a,b       candles to make; default 1s,1m,100t
  --speed X             0.5 to 300 times as fast as it was recorded, or max; default 1
  --view VIEW           then (default): as it was known then; final: as it is known now
  --print [ndjson]      candles too, each when it is final
  --data-dir DIR        where data is kept; an engine may be running on it
  --frames PATH         captured frames instead, a file or a folder of serve --record-frames;
                        --data-dir keeps their database
  --venue ID            of --frames: needed where the capture does not tell

export     write what is stored to a file: export candles|trades|gaps
  --instrument ID       venue:SYMBOL; required
  --interval I          of candles, such as 1s, 1m, 1d or 100t; required there
  --from T              epoch ms or 2026-11-22T14:30:00Z; default: the first that is stored
  --to T                the same, not included; default: the last that is stored
  --format FORMAT       csv (default) or parquet
  --out FILE            required
  --force               replace a file that is there
  --data-dir DIR        where data is kept; an engine may be running on it

import     take the trades of a file into a data folder: import FILE
  --instrument ID       whose they are, venue:SYMBOL; required
  --intervals a,b       candles to make; default: all time intervals and 100t
  --data-dir DIR        where data is kept; no engine may be running on it

backup     copy what is stored into a new folder: backup FILE
  --data-dir DIR        where data is kept; an engine may be running on it

simulate   run the venue simulator alone
  --port P              of its control server; default 0: any free port
  --seed N              default 1
  --rate X              0.01 to 100 times the usual trades, default 1
  --tape FILE           play a CSV tape instead
  --frames FILE         play captured frames instead
  --speed X             of tape or frames: max, or 0.01 to 10000, default 1
  --scenario FILE       faults by time
  --proxy               put a proxy before each venue, for faults of the network
  --verify DB           hold a database against a simulator that runs
  --control URL         of that simulator

Exit codes: 0 ok, 1 failed, 2 bad arguments or settings, 78 wrong environment.
`

/** Tells whether a command line asks for help, of any command. */
export function asksForHelp(args: readonly string[]): boolean {
  return args[0] === 'help' || args.includes('--help') || args.includes('-h')
}
