import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { CounterQuestion, Counted } from './counter-messages.ts'
import { answerQuestions } from './helper-process.ts'

/** The least a client can do: hold the connections and count their frames. */

/** The venue allows few connects a second. */
const betweenConnectsMs = 300
const channels = ['matches', 'ticker', 'heartbeat']
const sockets: WebSocket[] = []
let frames = 0

function open(wsUrl: string, products: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(wsUrl, { perMessageDeflate: false })
    sockets.push(socket)
    socket.once('error', reject)
    socket.once('message', () => resolve())
    socket.on('message', () => (frames += 1))
    socket.once('open', () => {
      socket.send(JSON.stringify({ type: 'subscribe', product_ids: products, channels }))
    })
  })
}

function close(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.close()
  })
}

answerQuestions(async (asked): Promise<Counted> => {
  const question = asked as CounterQuestion
  if (question.kind === 'connect') {
    for (const shard of question.shards) {
      await open(question.wsUrl, shard)
      await pause(betweenConnectsMs)
    }
  } else if (question.kind === 'close') await Promise.all(sockets.map(close))
  return { frames }
})
