import { defineToxic } from '../contracts/toxic.ts'
import { cutAttributes, cutting } from '../stages/cutting.ts'

/** RST to both sides, of open and idle connections too: `after` ms or after `bytes` bytes. */
export const toxic = defineToxic({
  type: 'rst',
  level: 'bytes',
  attributes: cutAttributes,
  open: (attributes, port) => cutting(attributes, port, 'rst'),
})
