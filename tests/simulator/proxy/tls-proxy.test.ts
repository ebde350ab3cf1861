import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { FaultProxy } from '../../../src/simulator/proxy/fault-proxy.ts'
import { passThrough } from '../../../src/simulator/proxy/proxy-behaviour.ts'
import { selfSigned } from '../../support/bad-certificate.ts'
import { runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

async function dial(url: string, options: { readonly ca?: string }): Promise<string> {
  const socket = new WebSocket(url, options)
  onTestFinished(() => socket.terminate())
  let outcome = ''
  socket.on('open', () => (outcome = 'open'))
  socket.on('error', (error: NodeJS.ErrnoException) => (outcome ||= error.code ?? error.message))
  await until(() => outcome !== '', 'an outcome')
  return outcome
}

describe('FaultProxy with TLS', () => {
  test('shows whatever certificate it is given, and plain TCP where it is given none', async () => {
    const simulator = await runningSimulator({ venues: ['coinbase'], rate: 0.01 })
    const targetPort = Number(new URL(simulator.ready.venues['coinbase']?.wsUrl ?? '').port)
    const behaviour = () => passThrough
    const tls = await selfSigned('elsewhere.test')
    const secured = await FaultProxy.open({ targetPort, tls, behaviour })
    const plain = await FaultProxy.open({ targetPort, behaviour })
    onTestFinished(async () => {
      await secured.close()
      await plain.close()
    })
    const url = `wss://127.0.0.1:${secured.port}`
    expect(await dial(url, {})).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await dial(url, { ca: tls.cert })).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await dial(`wss://127.0.0.1:${plain.port}`, {})).toMatch(/SSL|EPROTO/)
    expect(await dial(`ws://127.0.0.1:${plain.port}`, {})).toBe('open')
  })
})
