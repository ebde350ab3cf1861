import type { DashboardFile } from '../service/http/dashboard-files.ts'
import type { ElectronModule } from './electron-module.ts'

/** The renderer's own origin: not a file, not the network. */
export const appScheme = 'app'
export const appOrigin = 'app://tapedeck'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

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
    const url = URL.parse(request.url)
    const file = url?.host === 'tapedeck' ? files.get(url.pathname) : undefined
    if (file === undefined) return new Response('not found', { status: 404 })
    return new Response(new Uint8Array(file.body), {
      headers: { 'content-type': file.type, 'content-security-policy': policy }
    })
  })
}
