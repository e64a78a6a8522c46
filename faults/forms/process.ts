import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { crashLoop } from '../process/crash-loop.ts'
import { kill } from '../process/kill.ts'
import { pause } from '../process/pause.ts'
import { restart } from '../process/restart.ts'
import { stop } from '../process/stop.ts'
import { stutter } from '../process/stutter.ts'
import { duration } from './fields.ts'
import { aProcess } from './needs.ts'

const family = 'process'
const of = aProcess
const none = z.object({})

export const processForms: readonly FaultForm[] = [
  faultForm({
    name: 'kill',
    family,
    says: 'SIGKILL: no goodbye, no flush. Healed by starting it again.',
    of,
    settings: none,
    make: select => kill(select),
  }),
  faultForm({
    name: 'pause',
    family,
    says: 'Frozen: its sockets are open, and nobody answers.',
    of,
    settings: none,
    make: select => pause(select),
  }),
  faultForm({
    name: 'stop',
    family,
    says: 'Asked to end, as by a deployment. Healed by starting it again.',
    of,
    settings: none,
    make: select => stop(select),
  }),
  faultForm({
    name: 'restart',
    family,
    says: 'Stopped in order and started again at once.',
    of,
    settings: none,
    make: select => restart(select),
  }),
  faultForm({
    name: 'stutter',
    family,
    says: 'Frozen for a part of the time, over and over: a blocked event loop.',
    of,
    settings: z.object({
      freeze: duration('Frozen for', '150ms'),
      every: duration('Every', '300ms'),
    }),
    make: (select, settings) => stutter(select, settings),
  }),
  faultForm({
    name: 'crashLoop',
    family,
    says: 'Killed again and again, soon after each start.',
    of,
    settings: z.object({ up: duration('Up for', '1s') }),
    make: (select, settings) => crashLoop(select, settings),
  }),
]
