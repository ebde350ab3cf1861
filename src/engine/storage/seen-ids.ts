import Database from 'better-sqlite3'

/**
 * Remembers ids and where each was seen first, on disk beyond a few megabytes: in a file of SQLite's own
 * that has no name and is gone when this is closed.
 */
export class SeenIds {
  readonly #database: Database.Database
  readonly #insert: Database.Statement<[string, number]>
  readonly #find: Database.Statement<[string], number>

  constructor() {
    this.#database = new Database('')
    this.#database.exec('CREATE TABLE seen (id TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID; BEGIN')
    this.#insert = this.#database.prepare('INSERT OR IGNORE INTO seen (id, row) VALUES (?, ?)')
    this.#find = this.#database
      .prepare<[string], number>('SELECT row FROM seen WHERE id = ?')
      .pluck()
  }

  /** Notes an id. @returns The row that held it before; null where none did. */
  note(id: string, row: number): number | null {
    if (this.#insert.run(id, row).changes === 1) return null
    return this.#find.get(id) ?? null
  }

  close(): void {
    this.#database.close()
  }
}
