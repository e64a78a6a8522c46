import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { cutBody } from '../http/cut-body.ts'
import { cutRequest } from '../http/cut-request.ts'
import { delayResponse } from '../http/delay-response.ts'
import { doubleRequest } from '../http/double-request.ts'
import { httpError } from '../http/http-error.ts'
import { loseResponse } from '../http/lose-response.ts'
import { slowBody } from '../http/slow-body.ts'
import { tooManyRequests } from '../http/too-many-requests.ts'
import { duration, glob, hits, hitsOf, on, whole } from './fields.ts'
import { linksOver } from './needs.ts'

const family = 'http messages'
const of = linksOver('http')
const route = { route: glob('Route (POST /orders*)') }
const settings = z.object({ ...route, ...hits })
const these = ({ route, ...asked }: z.output<typeof settings>) => ({
  on: on({ route }),
  ...hitsOf(asked),
})

export const httpForms: readonly FaultForm[] = [
  faultForm({
    name: 'httpError',
    family,
    says: 'Requests are answered with a status, and not passed on.',
    of,
    settings: z.object({ status: whole('Status', 503, 400, 599), ...route, ...hits }),
    make: (select, { status, ...asked }) => httpError(select, status, these(asked)),
  }),
  faultForm({
    name: 'tooManyRequests',
    family,
    says: 'Requests are answered with 429 and a Retry-After.',
    of,
    settings: z.object({ retryAfter: duration('Retry after', '2s'), ...route, ...hits }),
    make: (select, { retryAfter, ...asked }) => tooManyRequests(select, retryAfter, these(asked)),
  }),
  faultForm({
    name: 'delayResponse',
    family,
    says: 'Responses come later.',
    of,
    settings: z.object({ delay: duration('Delay', '1s'), ...route, ...hits }),
    make: (select, { delay, ...asked }) => delayResponse(select, delay, these(asked)),
  }),
  faultForm({
    name: 'loseResponse',
    family,
    says: 'The request is carried out, and its response is cut off.',
    of,
    settings,
    make: (select, asked) => loseResponse(select, these(asked)),
  }),
  faultForm({
    name: 'cutRequest',
    family,
    says: 'The connection is cut before the request arrives.',
    of,
    settings,
    make: (select, asked) => cutRequest(select, these(asked)),
  }),
  faultForm({
    name: 'doubleRequest',
    family,
    says: 'Requests are carried out twice.',
    of,
    settings,
    make: (select, asked) => doubleRequest(select, these(asked)),
  }),
  faultForm({
    name: 'cutBody',
    family,
    says: 'Bodies of responses end too early.',
    of,
    settings: z.object({
      bytes: whole('After so many bytes', 20, 0, 1_000_000_000),
      ...route,
      ...hits,
    }),
    make: (select, { bytes, ...asked }) => cutBody(select, bytes, these(asked)),
  }),
  faultForm({
    name: 'slowBody',
    family,
    says: 'Bodies of responses trickle.',
    of,
    settings: z.object({
      bytesPerSecond: whole('Bytes a second', 100, 1, 1_000_000_000),
      ...route,
      ...hits,
    }),
    make: (select, { bytesPerSecond, ...asked }) => slowBody(select, bytesPerSecond, these(asked)),
  }),
]
