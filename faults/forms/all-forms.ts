import type { FaultForm } from '../../lab/model/fault-form.ts'
import { clientForms } from './clients.ts'
import { httpForms } from './http.ts'
import { networkForms } from './network.ts'
import { postgresForms } from './postgres.ts'
import { processForms } from './process.ts'
import { redisForms } from './redis.ts'
import { serverForms } from './servers.ts'
import { websocketForms } from './websocket.ts'

/** Every fault that can be filled in while a system runs, by family. */
export const allForms: readonly FaultForm[] = [
  ...networkForms,
  ...processForms,
  ...redisForms,
  ...postgresForms,
  ...httpForms,
  ...websocketForms,
  ...serverForms,
  ...clientForms,
]
