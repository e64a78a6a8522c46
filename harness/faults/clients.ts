/** Clients that behave badly towards a server of HTTP. */
export { endlessBody } from '../../faults/clients/endless-body.ts'
export { flooding } from '../../faults/clients/flooding.ts'
export { hangingUp } from '../../faults/clients/hanging-up.ts'
export { silent } from '../../faults/clients/silent.ts'
export { slowReading } from '../../faults/clients/slow-reading.ts'
