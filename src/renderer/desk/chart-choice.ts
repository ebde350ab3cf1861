import { z } from 'zod'
import { parseInterval } from '../../core/market/interval.ts'

export const chartChoiceSchema = z.object({
  /** null until the user or the first instrument decides. */
  instrument: z.string().max(100).nullable(),
  interval: z.string().refine((text) => parseInterval(text) !== null)
})

/** What one chart shows. */
export type ChartChoice = z.infer<typeof chartChoiceSchema>
