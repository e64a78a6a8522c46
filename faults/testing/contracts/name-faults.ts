import { moveName, type Replaceable } from '../../network/move-name.ts'
import { thePart } from '../system-of.ts'

/** Every fault at a name, which nobody undoes. */
export const faults = [moveName(thePart<Replaceable>())]
