import type { SimCut } from '../market.ts'
import { opcodes, rawFrame } from '../http/raw-frame.ts'
import type { FaultKind } from './fault-kind.ts'
import { compressionBomb } from './compression-bomb.ts'
import { venueWords, wordSubjects } from './venue-words.ts'

const violations = ['opcode', 'masked', 'utf8', 'binary', 'reserved', 'close-length'] as const
const excesses = ['frame', 'declared', 'fragments', 'bomb'] as const
const mebibyte = 1024 * 1024
const mostPings = 1_000_000

/** Faults of the WebSocket protocol, and of what a venue says besides data. */
export const protocolFaults: Readonly<Record<string, FaultKind>> = {
  violate(parameters, { venues }) {
    const { venue } = parameters.scope()
    const bytes = violation(parameters.choice('how', violations, 'opcode'))
    const isMeant = parameters.connections()
    return () => venues.get(venue)?.dropConnections({ how: 'raw', bytes }, isMeant)
  },

  oversize(parameters, { venues }) {
    const { venue } = parameters.scope()
    const how = parameters.choice('how', excesses, 'frame')
    const mebibytes = parameters.number('mebibytes', { from: 1, to: 256, whole: true }) ?? 8
    const isMeant = parameters.connections()
    return () => venues.get(venue)?.dropConnections(excess(how, mebibytes), isMeant)
  },

  'ping-flood'(parameters, { venues }) {
    const { venue } = parameters.scope()
    const n = parameters.number('n', { from: 1, to: mostPings, whole: true }) ?? 5_000
    const isMeant = parameters.connections()
    const ping = rawFrame({ opcode: opcodes.ping, payload: Buffer.from('flood') })
    return () => {
      const bytes = Buffer.concat(Array.from({ length: n }, () => ping))
      venues.get(venue)?.dropConnections({ how: 'raw', bytes }, isMeant)
    }
  },

  say(parameters, { venues }) {
    const { venue } = parameters.scope()
    const about = parameters.choice('about', wordSubjects, 'error')
    const frame = parameters.text('frame', /^[^]{1,4000}$/, 'a frame') ?? venueWords(venue, about)
    const isMeant = parameters.connections()
    return () => venues.get(venue)?.dropConnections({ how: 'say', frame }, isMeant)
  }
}

function violation(how: (typeof violations)[number]): Buffer {
  const payload = Buffer.from('{}')
  switch (how) {
    case 'opcode':
      return rawFrame({ opcode: 3, payload })
    case 'masked':
      return rawFrame({ opcode: opcodes.text, payload, masked: true })
    case 'utf8':
      return rawFrame({ opcode: opcodes.text, payload: Buffer.from([0xc3, 0x28]) })
    case 'binary':
      return rawFrame({ opcode: opcodes.binary, payload })
    case 'reserved':
      return rawFrame({ opcode: opcodes.text, payload, reserved: 3 })
    case 'close-length':
      return rawFrame({ opcode: opcodes.close, payload: Buffer.from([3]) })
  }
}

function excess(how: (typeof excesses)[number], mebibytes: number): SimCut {
  switch (how) {
    case 'frame': {
      const payload = Buffer.alloc(mebibytes * mebibyte, 'x')
      return { how: 'raw', bytes: rawFrame({ opcode: opcodes.text, payload }) }
    }
    case 'declared': {
      const payload = Buffer.alloc(100, 'x')
      const bytes = rawFrame({ opcode: opcodes.text, payload, toldLength: 2n ** 40n })
      return { how: 'raw', bytes }
    }
    case 'fragments':
      return { how: 'fragments', most: 16 * mebibytes, everyMs: 2 }
    case 'bomb':
      return { how: 'raw', bytes: compressionBomb(mebibytes * mebibyte) }
  }
}
