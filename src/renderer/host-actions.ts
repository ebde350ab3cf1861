import { z } from 'zod'
import type { DesktopBridge, SetupAnswer, SetupChoice } from '../contracts/desktop-bridge.ts'

/** What only the host can do for the window. */
export interface HostActions {
  setup(choice: SetupChoice): Promise<SetupAnswer>
}

const answerSchema = z.object({ accepted: z.boolean(), message: z.string().nullable() })

/** Chooses the way to the host: the preload's bridge where there is one, HTTP otherwise. */
export function hostActions(bridge: DesktopBridge | undefined): HostActions {
  if (bridge !== undefined) return { setup: (choice) => bridge.setup(choice) }
  return { setup: setupOverHttp }
}

async function setupOverHttp(choice: SetupChoice): Promise<SetupAnswer> {
  try {
    const response = await fetch('/setup', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tapedeck-token': pageToken() },
      body: JSON.stringify({ choice })
    })
    const answer = answerSchema.safeParse(await response.json())
    if (answer.success) return answer.data
    return { accepted: false, message: `The host answered ${response.status}.` }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return { accepted: false, message: `The host cannot be reached (${cause}).` }
  }
}

/** The host writes it into the page that it serves; only this page can read it. */
function pageToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name=tapedeck-token]')?.content ?? ''
}
