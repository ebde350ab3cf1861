/** A thread that needs SQLite, to be run from a folder where there is none. */
import 'better-sqlite3'
