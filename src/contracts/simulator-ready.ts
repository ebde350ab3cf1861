import { z } from 'zod'

/** The one JSON line in which a simulator says where it listens: its control server and its venues. */
export const simulatorReadySchema = z.object({
  control: z.string(),
  venues: z.record(z.string(), z.object({ wsUrl: z.string(), restUrl: z.string() }))
})

/** Where a started simulator is reached. */
export type SimulatorReady = z.infer<typeof simulatorReadySchema>
