import { z } from 'zod'
import { peerSettings } from '../peers/settings.ts'

export const paymentSettings = peerSettings.extend({
  /** Merchants send it as `Authorization: Bearer …`. */
  apiKey: z.string().min(8),
})

export type PaymentSettings = z.infer<typeof paymentSettings>
