import { z } from 'zod'

// The page forbids eval; zod must not even try, and must know before the first schema is made.
z.config({ jitless: true })
