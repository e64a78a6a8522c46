import { aProcess } from '../forms/needs.ts'

/** What the forms of faults at a process have in common. */
export const common = { family: 'process', of: aProcess }
