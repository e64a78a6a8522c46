import type { Linked, Stoppable } from '../../../lab/model/capability.ts'
import { restart } from '../../process/restart.ts'
import { thePart } from '../system-of.ts'

/** Every fault at a process that is over when it is made. */
export const faults = [restart(thePart<Stoppable & Linked>())]
