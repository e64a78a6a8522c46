import { glob, type Hits, hits, hitsOf, on } from '../forms/fields.ts'
import { linksOver } from '../forms/needs.ts'

/** What the forms of faults at messages of HTTP have in common. */
export const common = { family: 'http messages', of: linksOver('http') }

/** Which requests, as fields of a form. */
export const matching = { route: glob('Route (POST /orders*)'), ...hits }

/** The same as a fault takes it. */
export function chosen({ route, ...asked }: { readonly route: string } & Hits) {
  return { on: on({ route }), ...hitsOf(asked) }
}
