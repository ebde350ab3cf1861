import { z } from 'zod'

const bytesPerMb = 1_048_576

const nodeReportSchema = z.object({
  header: z.object({ event: z.string(), trigger: z.string(), processId: z.int() }),
  javascriptStack: z.object({
    message: z.string().optional(),
    stack: z.array(z.string()).optional()
  }),
  javascriptHeap: z.object({ usedMemory: z.number(), memoryLimit: z.number() })
})

/** What Node itself reported of a fatal error. */
export type FatalReport = {
  /** `OOMError`: the heap was full. */
  readonly trigger: string
  readonly event: string
  readonly usedHeapMb: number
  readonly heapLimitMb: number
  /** Where it was, innermost first; empty where V8 could not tell. */
  readonly stack: readonly string[]
}

/** Reads what matters of a report of Node's; null where it is none (it may be cut short). */
export function parseFatalReport(text: string): FatalReport | null {
  const report = nodeReportSchema.safeParse(jsonOf(text))
  if (!report.success) return null
  const { header, javascriptStack, javascriptHeap } = report.data
  return {
    trigger: header.trigger,
    event: header.event,
    usedHeapMb: Math.round(javascriptHeap.usedMemory / bytesPerMb),
    heapLimitMb: Math.round(javascriptHeap.memoryLimit / bytesPerMb),
    stack: javascriptStack.stack ?? []
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
