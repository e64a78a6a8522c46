import { cutAttributes, cutting } from '../cutting.ts'
import { defineToxic } from '../toxic.ts'

/** FIN to both sides, of open and idle connections too: `after` ms or after `bytes` bytes. */
export const toxic = defineToxic({
  type: 'fin',
  level: 'bytes',
  attributes: cutAttributes,
  open: (attributes, port) => cutting(attributes, port, 'fin'),
})
