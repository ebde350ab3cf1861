import { copyFile, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** How many trades a database held at one moment, and the last of them by arrival. */
export type Acknowledged = { readonly trades: number; readonly lastArrival: number }

/**
 * Copies a database with what belongs to it into a folder, as it lies on the disk.
 *
 * @param parts Ends of the names, in the order in which they are copied.
 * @returns Path of the copy.
 */
export async function copyDatabase(
  path: string,
  folder: string,
  parts: readonly string[] = ['', '-wal', '-shm']
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const copy = join(folder, 'tapedeck.db')
  for (const part of parts) {
    const isThere = await stat(path + part).then(
      () => true,
      () => false
    )
    if (isThere) await copyFile(path + part, copy + part)
  }
  return copy
}

/**
 * What a reader sees: everything that is committed. It leaves the files as they are.
 *
 * @param upTo Rows that arrived later are left out; null: none.
 */
export function readAcknowledged(path: string, upTo: number | null = null): Acknowledged {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const [row] = database
      .prepare(
        'SELECT count(*) AS trades, ifnull(max(arrival), -1) AS last FROM trade WHERE arrival <= ?'
      )
      .all(upTo ?? Number.MAX_SAFE_INTEGER)
    return { trades: Number(row?.['trades'] ?? 0), lastArrival: Number(row?.['last'] ?? -1) }
  } finally {
    database.close()
  }
}

/** Whether SQLite finds nothing wrong with a file. */
export function isIntact(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 1_000 })
  try {
    const rows = database.prepare('PRAGMA integrity_check').all()
    return rows.length === 1 && rows[0]?.['integrity_check'] === 'ok'
  } catch {
    return false
  } finally {
    database.close()
  }
}

/** Changes a copy by hand. */
export function changeDatabase(path: string, sql: string): void {
  const database = new DatabaseSync(path, { timeout: 1_000 })
  try {
    database.exec(sql)
  } finally {
    database.close()
  }
}

/** Asks for one number. */
export function countIn(path: string, sql: string): number {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const [row] = database.prepare(sql).all()
    return Number(Object.values(row ?? {})[0] ?? 0)
  } finally {
    database.close()
  }
}
