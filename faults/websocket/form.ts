import { glob, type Hits, hits, hitsOf, on } from '../forms/fields.ts'
import { linksOver } from '../forms/needs.ts'

/** What the forms of faults at web sockets have in common. */
export const common = { family: 'web-socket frames', of: linksOver('websocket') }

/** Which frames, as fields of a form. */
export const matching = { frame: glob('Frame (text, ping, …)'), channel: glob('Channel'), ...hits }

/** The same as a fault takes it. */
export function chosen({
  frame,
  channel,
  ...asked
}: { readonly frame: string; readonly channel: string } & Hits) {
  return { on: on({ frame, channel }), ...hitsOf(asked) }
}
