import { z } from 'zod'

/** Where a simulator is reached: the one JSON line that `simulate` and `serve --demo` print when ready. */
export const simulatorReadySchema = z.object({
  control: z.string(),
  venues: z.record(z.string(), z.object({ wsUrl: z.string(), restUrl: z.string() }))
})

export type SimulatorReady = z.infer<typeof simulatorReadySchema>
