import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { writeExport, type ExportSource } from '../../../src/engine/replay/export-run.ts'
import type { TableColumn, TableRow } from '../../../src/recordings/table-column.ts'
import { quietProgress } from '../../support/quiet-progress.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'

const columns: readonly TableColumn[] = [{ name: 'price', kind: 'number', mayBeNull: false }]
const page: readonly TableRow[] = Array.from({ length: 10_000 }, (...[, at]) => [at])

/** Pages that are made when they are asked for; `before` is told the number of each. */
function source(pages: number, before: (page: number) => void = () => undefined): ExportSource {
  function* made() {
    for (let at = 0; at < pages; at += 1) {
      before(at)
      yield { rows: page, share: at / pages }
    }
  }
  return { columns, facts: {}, pages: made() }
}

async function means(format: 'csv' | 'parquet' = 'csv') {
  const folder = await scratchFolder()
  const stop = new AbortController()
  const out = join(folder, `out.${format}`)
  return { folder, stop, means: { out, format, progress: quietProgress(), signal: stop.signal } }
}

describe('writeExport', () => {
  test.each(['csv', 'parquet'] as const)(
    'holds a page and a row group of a million rows as %s',
    async (format) => {
      const { means: of } = await means(format)
      const { rows, mostHeld } = await writeExport(source(100), of)
      expect(rows).toBe(1_000_000)
      expect(mostHeld).toBeGreaterThanOrEqual(10_000)
      expect(mostHeld).toBeLessThanOrEqual(60_000)
      const written =
        format === 'csv'
          ? (await readFile(of.out, 'utf8')).split('\r\n').length - 2
          : Number((await parquetMetadataAsync(await asyncBufferFromFile(of.out))).num_rows)
      expect(written).toBe(1_000_000)
    }
  )

  test('shows nothing under the name before it is whole', async () => {
    const { folder, means: of } = await means()
    const seen: string[][] = []
    const reading: Promise<unknown>[] = []
    await writeExport(
      source(3, () => reading.push(readdir(folder).then((names) => seen.push(names)))),
      of
    )
    await Promise.all(reading)
    expect(seen.flat()).not.toContain('out.csv')
    expect(seen.flat()).toContain(`.out.csv.${process.pid}.part`)
    expect(await readdir(folder)).toEqual(['out.csv'])
  })

  test.each(['csv', 'parquet'] as const)('leaves nothing of %s when stopped', async (format) => {
    const { folder, stop, means: of } = await means(format)
    const stopped = writeExport(
      source(100, (at) => {
        if (at === 7) stop.abort()
      }),
      of
    )
    await expect(stopped).rejects.toMatchObject({ code: 'export-stopped' })
    expect(await readdir(folder)).toEqual([])
  })

  test('leaves the file that was there when its source fails', async () => {
    const { folder, means: of } = await means()
    await writeFile(of.out, 'before')
    const failed = writeExport(
      source(9, (at) => {
        if (at === 5) throw new Error('the disk is gone')
      }),
      of
    )
    await expect(failed).rejects.toThrow('the disk is gone')
    expect(await readFile(of.out, 'utf8')).toBe('before')
    expect(await readdir(folder)).toEqual(['out.csv'])
  })
})
