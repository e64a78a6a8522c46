import type { Killable, Linked, Pausable, Stoppable } from '../../../lab/model/capability.ts'
import { crashLoop } from '../../process/crash-loop.ts'
import { kill } from '../../process/kill.ts'
import { killUpon } from '../../process/kill-upon.ts'
import { pause } from '../../process/pause.ts'
import { stop } from '../../process/stop.ts'
import { stutter } from '../../process/stutter.ts'
import { thePart } from '../system-of.ts'

const part = thePart<Killable & Pausable & Stoppable & Linked>()

/** Every fault at a process that lasts. */
export const faults = [
  kill(part),
  stop(part),
  pause(part),
  killUpon(async system => [await part(system)], part),
  crashLoop(part, { up: '1s' }),
  stutter(part, { freeze: '2s', every: '2100ms' }),
]
