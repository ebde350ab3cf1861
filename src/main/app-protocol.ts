import type { DashboardFile } from '../service/http/dashboard-files.ts'
import type { ElectronModule } from './electron-module.ts'

const appScheme = 'app'

/** The renderer's own origin: not a file, not the network. */
export const appOrigin = 'app://tapedeck'

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer'
}

/** Must run before the app is ready. */
export function registerAppScheme(electron: Pick<ElectronModule, 'protocol'>): void {
  electron.protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }
  ])
}

/** Serves the built renderer under `app://tapedeck/`, and nothing else. */
export function serveApp(
  electron: Pick<ElectronModule, 'protocol'>,
  files: ReadonlyMap<string, DashboardFile>
): void {
  electron.protocol.handle(appScheme, (request) => {
    const file = request.method === 'GET' ? fileAt(request.url, files) : undefined
    if (file === undefined) return new Response('not found', { status: 404, headers })
    return new Response(new Uint8Array(file.body), {
      headers: { ...headers, 'content-type': file.type }
    })
  })
}

/** Says whether a document is one of ours. */
export function isAppUrl(text: string): boolean {
  return text.startsWith(`${appOrigin}/`)
}

function fileAt(
  text: string,
  files: ReadonlyMap<string, DashboardFile>
): DashboardFile | undefined {
  const url = URL.parse(text)
  if (url === null || !isAppUrl(url.href)) return undefined
  return files.get(url.pathname)
}
