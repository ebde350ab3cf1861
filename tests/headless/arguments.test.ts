import { describe, expect, test } from 'vitest'
import { readArguments } from '../../src/headless/arguments.ts'

const candles = 'export candles --instrument coinbase:BTC-USD --interval 1m --out f'

describe('readArguments', () => {
  test('reads an export', () => {
    const line = `${candles} --from 2026-11-22T14:30:00+01:00 --to 1795400000000.5 --format parquet --force`
    expect(readArguments(line.split(' '))).toEqual({
      command: 'export',
      kind: 'candles',
      instrument: 'coinbase:BTC-USD',
      interval: '1m',
      fromMs: Date.UTC(2026, 10, 22, 13, 30),
      toMs: 1_795_400_000_000.5,
      format: 'parquet',
      out: 'f',
      force: true,
      dataDir: null
    })
  })

  test('reads an import', () => {
    expect(
      readArguments('import t.csv --instrument eodhd:SPY --intervals 1s,9t'.split(' '))
    ).toEqual({
      command: 'import',
      file: 't.csv',
      instrument: 'eodhd:SPY',
      intervals: ['1s', '9t'],
      dataDir: null
    })
  })

  test('reads a backup', () => {
    expect(readArguments(['backup', '/mnt/friday', '--data-dir', 'd'])).toEqual({
      command: 'backup',
      out: '/mnt/friday',
      dataDir: 'd'
    })
  })

  test.each([
    ['1790000000000', 1_790_000_000_000],
    ['0', 0],
    ['2026-11-22', Date.UTC(2026, 10, 22)],
    ['2026-11-22T14:30Z', Date.UTC(2026, 10, 22, 14, 30)],
    ['2026-11-22T14:30:15.250-05:00', Date.UTC(2026, 10, 22, 19, 30, 15, 250)]
  ])('takes %s as a time', (...[text, fromMs]) => {
    expect(readArguments([...candles.split(' '), '--from', text])).toMatchObject({ fromMs })
  })

  test.each([
    ['export', 'candles|trades|gaps is needed'],
    ['export bars --instrument a:b --out f', 'one of candles, trades, gaps, not "bars"'],
    ['export trades --out f', '--instrument ID is needed'],
    ['export trades --instrument a:b', '--out FILE is needed'],
    ['export candles --instrument a:b --out f', '--interval 1m is needed for candles'],
    ['export gaps --instrument a:b --interval 1m --out f', '--interval has no use with gaps'],
    ['export trades more --instrument a:b --out f', 'unexpected argument "more"'],
    ['export trades --instrument a:b --out f --format xlsx', 'csv, parquet, not "xlsx"'],
    ['export trades --instrument a:b --out f --colour', "Unknown option '--colour'"],
    [`${candles} --from yesterday`, '--from must be epoch milliseconds or a time'],
    [`${candles} --to 2026-11-22T14:30:00`, 'with its zone such as 2026-11-22T14:30:00Z'],
    [`${candles} --to 2026-13-01`, '--to must be epoch milliseconds'],
    ['import --instrument a:b', 'FILE is needed'],
    ['import f', '--instrument ID is needed'],
    ['import f g --instrument a:b', 'unexpected argument "g"'],
    ['backup', 'FILE is needed']
  ])('refuses %s in one line', (...[line, message]) => {
    expect(() => readArguments(line.split(' '))).toThrow(message)
  })
})
