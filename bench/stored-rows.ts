import Database from 'better-sqlite3'

/** A database opened for looking at it, beside its writer. */
export type StoredRows = Disposable & { readonly database: Database.Database }

export function openStoredRows(file: string): StoredRows {
  const database = new Database(file, { readonly: true })
  return { database, [Symbol.dispose]: () => void database.close() }
}
