import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { unwritable } from './recording-error.ts'

/**
 * A file that is written under another name beside its own and gets its own when it is whole, so that
 * nobody ever finds half of one.
 */
export class DraftFile {
  /** Where to write. */
  readonly path: string
  readonly #file: string

  /** @param file Its own name; what is there stays until `publish`. */
  constructor(file: string) {
    this.#file = file
    this.path = join(dirname(file), `.${basename(file)}.${process.pid}.part`)
  }

  /** Gives a file that is written and synchronised its own name. @throws RecordingError */
  async publish(): Promise<void> {
    try {
      await rename(this.path, this.#file)
      await synchronise(dirname(this.#file))
    } catch (error) {
      throw unwritable(this.#file, error)
    }
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await rm(this.path, { force: true })
  }
}

/** Where folders cannot be synchronised, the system does it in its own time. */
async function synchronise(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
