import { glob, type Hits, hits, hitsOf, on } from '../forms/fields.ts'
import { linksOver } from '../forms/needs.ts'

/** What the forms of faults at messages of Redis have in common. */
export const common = { family: 'redis messages', of: linksOver('redis') }

/** Which commands, as fields of a form. */
export const matching = { command: glob('Command (SET, GET, …)'), key: glob('Key'), ...hits }

/** The same as a fault takes it. */
export function chosen({
  command,
  key,
  ...asked
}: { readonly command: string; readonly key: string } & Hits) {
  return { on: on({ command, key }), ...hitsOf(asked) }
}

/** Which messages to subscribers, as fields of a form. */
export const channels = { channel: glob('Channel'), ...hits }

/** The same as a fault takes it. */
export function chosenChannels({ channel, ...asked }: { readonly channel: string } & Hits) {
  return { on: on({ channel }), ...hitsOf(asked) }
}
