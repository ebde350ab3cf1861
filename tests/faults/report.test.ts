import { describe, expect, test } from 'vitest'
import { reportLine, summaryTable } from '../../faults/report.ts'
import { faultRows } from '../../faults/rows.ts'
import type { FaultRow, RowRun } from '../../faults/row.ts'
import { sumOf } from '../../src/simulator/verify/judgement.ts'

const nothingFound = sumOf([])
const clean: RowRun = {
  verdict: { clean: true, ...nothingFound, problems: [], instruments: {} },
  candles: { checked: 3, wrong: 0 },
  figures: { detectMs: 12.345, settledMs: null },
  problems: [],
  controlProblems: ['2 trades lost without a word']
}

function aRow(run: Partial<RowRun> | (() => never), fields: Partial<FaultRow> = {}): FaultRow {
  return {
    id: 'D3',
    families: ['D'],
    title: 'holes',
    needsGaps: true,
    mostSeeds: null,
    notYet: null,
    run: () => Promise.resolve(typeof run === 'function' ? run() : { ...clean, ...run }),
    ...fields
  }
}

describe('reportLine', () => {
  test('passes where nothing is wrong and the control is red', async () => {
    const line = await reportLine(aRow({}), 7, { engineControl: false })
    expect(line).toMatchObject({
      row: 'D3',
      seed: 7,
      passed: true,
      control_failed: true,
      lost_silent: 0,
      detect_ms: 12.35,
      settled_ms: null
    })
  })

  test.each([
    ['something is wrong', { problems: ['1 trades stand twice'] }, true],
    ['the check is blind', { controlProblems: [] }, false]
  ])('does not pass where %s', async (...[, run, controlFailed]) => {
    const line = await reportLine(aRow(run), 1, { engineControl: false })
    expect(line).toMatchObject({ passed: false, control_failed: controlFailed })
  })

  test('does not pass where the engine without its detector is green too', async () => {
    const line = await reportLine(aRow({}), 1, { engineControl: true })
    expect(line).toMatchObject({ passed: false, engine_control_failed: false })
  })

  test('a row that names its own blind engine is controlled by that one', async () => {
    const engines: unknown[] = []
    const row: FaultRow = {
      ...aRow({}),
      blind: { gaps: true, liveness: false },
      run: (...[, faultRun]) => {
        engines.push(faultRun)
        return Promise.resolve(clean)
      }
    }
    await reportLine(row, 1, { engineControl: true })
    expect(engines).toEqual([null, { gaps: true, liveness: false }])
  })

  test('says what broke a run, and what cannot run yet', async () => {
    const broken = aRow(() => {
      throw new Error('no engine runs')
    })
    const line = await reportLine(broken, 1, { engineControl: false })
    expect(line).toMatchObject({ passed: false, problems: ['no engine runs'] })
    const later = aRow({}, { notYet: 'no command for it' })
    expect(await reportLine(later, 1, { engineControl: false })).toMatchObject({
      passed: false,
      not_yet: 'no command for it'
    })
  })
})

describe('summaryTable', () => {
  test('shows the worst of each row', async () => {
    const worse = { ...clean.verdict, lostSilent: 4 }
    const lines = [
      await reportLine(aRow({}), 1, { engineControl: false }),
      await reportLine(aRow({ verdict: worse, problems: ['4 lost'] }), 2, { engineControl: false })
    ]
    expect(summaryTable(lines)).toMatch(/^\nrow .*\nD3 +FAILED +2 +0 +0 +4 /)
  })
})

describe('faultRows', () => {
  test('holds every row that can be run, each once', () => {
    expect(faultRows.map(({ id }) => id)).toEqual([
      'N1',
      'N2',
      'N3',
      'N4',
      'N5',
      'N6',
      'N8',
      'N7',
      'N10',
      'N11',
      'N12',
      'N13',
      'N9',
      'N14',
      'N15',
      'N16',
      'V1',
      'P1',
      'P2',
      'P3',
      'P4',
      'P5',
      'P8',
      'P9',
      'P10',
      'P6',
      'P7',
      'P11',
      'P13',
      'P14',
      'P12',
      'P12-wire',
      'P15',
      'D1',
      'D2',
      'D3',
      'D4',
      'D5',
      'D6',
      'D7',
      'D9',
      'R1',
      'S8',
      'V2',
      'V3',
      'V4',
      'V5',
      'V6',
      'S1',
      'S2',
      'R2',
      'R3',
      'R9',
      'R10',
      'R11',
      'R4',
      'R5',
      'R8',
      'L1',
      'L2',
      'L3',
      'L4',
      'L5',
      'L5-slow'
    ])
  })
})
