/** Names under which a loopback server may be asked, with its port. */
export function loopbackHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
}

/** Why a request is turned away before any work, or null when it may pass. */
export type GateRefusal = 'foreign-host' | 'foreign-origin' | 'missing-origin' | null

/**
 * Guards against DNS rebinding and cross-site requests: the Host must be one of ours exactly, an Origin
 * must be ours where one is sent, and an upgrade must send one (browsers always do).
 */
export function checkGate(
  request: { readonly host: string | undefined; readonly origin: string | undefined },
  allowedHosts: readonly string[],
  kind: 'request' | 'upgrade'
): GateRefusal {
  if (request.host === undefined || !allowedHosts.includes(request.host)) return 'foreign-host'
  if (request.origin === undefined) return kind === 'upgrade' ? 'missing-origin' : null
  return allowedHosts.some((host) => request.origin === `http://${host}`) ? null : 'foreign-origin'
}
