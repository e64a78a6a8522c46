import { defineToxic } from '../contracts/toxic.ts'
import { cutAttributes, cutting } from '../stages/cutting.ts'

/** FIN to both sides, of open and idle connections too: `after` ms or after `bytes` bytes. */
export const toxic = defineToxic({
  type: 'fin',
  level: 'bytes',
  attributes: cutAttributes,
  open: (attributes, port) => cutting(attributes, port, 'fin'),
})
