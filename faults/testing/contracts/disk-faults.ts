import { diskFull, type LimitedDisk } from '../../disk/disk-full.ts'
import { thePart } from '../system-of.ts'

/** Every fault of a disk. */
export const faults = [diskFull(thePart<LimitedDisk>())]
