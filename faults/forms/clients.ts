import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { flooding } from '../clients/flooding.ts'
import { hangingUp } from '../clients/hanging-up.ts'
import { silent } from '../clients/silent.ts'
import { slowReading } from '../clients/slow-reading.ts'
import { duration, whole } from './fields.ts'
import { anEntrance } from './needs.ts'

const family = 'clients'
const of = anEntrance
const clients = whole('How many clients', 50, 1, 5_000)
const path = z
  .string()
  .regex(/^\/\S*$/)
  .max(500)
  .default('/health/ready')
  .meta({ title: 'Path' })

export const clientForms: readonly FaultForm[] = [
  faultForm({
    name: 'flooding',
    family,
    says: 'Clients ask as fast as they can.',
    of,
    settings: z.object({ clients, path }),
    make: (select, settings) => flooding(select, settings),
  }),
  faultForm({
    name: 'hangingUp',
    family,
    says: 'Clients ask, and hang up before the answer.',
    of,
    settings: z.object({ clients, path, after: duration('After', '20ms') }),
    make: (select, settings) => hangingUp(select, settings),
  }),
  faultForm({
    name: 'silent',
    family,
    says: 'Clients connect and say nothing.',
    of,
    settings: z.object({
      clients,
      trickles: z.boolean().default(false).meta({ title: 'Or a byte now and then' }),
    }),
    make: (select, settings) => silent(select, settings),
  }),
  faultForm({
    name: 'slowReading',
    family,
    says: 'Clients read their answers slowly.',
    of,
    settings: z.object({
      clients,
      path,
      bytesPerSecond: whole('Bytes a second', 100, 1, 1_000_000),
    }),
    make: (select, settings) => slowReading(select, settings),
  }),
]
