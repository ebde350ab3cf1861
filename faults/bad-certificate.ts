import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Makes a key and a certificate that nobody but itself vouches for.
 *
 * @throws Error where the machine has no openssl.
 */
export async function badCertificate(folder: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const about = ['-subj', '/CN=elsewhere.test', '-days', '1', '-keyout', key, '-out', cert]
  try {
    await run('openssl', ['req', ...made, ...about])
  } catch (error) {
    throw new Error('bad certificates are made by openssl, which this machine does not have', {
      cause: error
    })
  }
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
}
