import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { scratchFolder } from './scratch-folder.ts'

const run = promisify(execFile)

/** A key and a certificate for a name, signed by nobody but itself; made by the openssl of the machine. */
export async function selfSigned(name: string): Promise<{ key: string; cert: string }> {
  const folder = await scratchFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const about = ['-subj', `/CN=${name}`, '-days', '1', '-keyout', key, '-out', cert]
  await run('openssl', ['req', ...made, ...about])
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
}
