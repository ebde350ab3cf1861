import Database from 'better-sqlite3'

/** A process that holds the write lock of a database, says so, and lets go when it is told anything. */
const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('expected a database, received none')
const database = new Database(file)
database.exec('BEGIN IMMEDIATE')
process.send?.('held')
process.once('message', () => {
  database.exec('ROLLBACK')
  database.close()
  process.disconnect()
})
