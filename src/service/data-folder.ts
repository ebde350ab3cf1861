import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where data is kept when `--data-dir` does not say: the platform's own place for it. */
export function defaultDataFolder(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv
): string {
  if (platform === 'win32') {
    return join(environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Tapedeck')
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Tapedeck')
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'tapedeck')
}
